-- purpose: the accepted events are in the store, ordered as history is read: by event, user and time
-- params: system_code, file_code, first_position
-- grain: adds one row an accepted event
INSERT INTO events BY NAME
SELECT
    $system_code AS system_code,
    event_code,
    user_code,
    staged."at" AS "at",
    $first_position + line - 1 AS position,
    id_namespace,
    event_id,
    properties,
    is_wide,
    $file_code AS file_code
FROM staged_events AS staged
INNER JOIN users
    ON users.system_code = $system_code AND users.user_id = staged.user_id
INNER JOIN event_names
    ON event_names.system_code = $system_code AND event_names.event = staged.event
ORDER BY event_code, user_code, staged."at", line
