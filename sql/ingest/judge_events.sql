-- purpose: what becomes of the staged events whose id is taken, in the store or further up in the file
-- params: system_code
-- grain: one row such an event; every other one is accepted
-- columns: line, verdict: duplicate (equal content) or conflict (other content under the same id),
--     origin (the earlier file that holds the id, null when the file itself does)
CREATE OR REPLACE TEMP TABLE verdicts AS
WITH held AS (
    SELECT
        stored_before.line,
        users.user_id,
        event_names.event,
        events."at",
        events.properties::VARCHAR AS properties,
        events.file_code AS origin
    FROM stored_before
    INNER JOIN events USING (position)
    INNER JOIN users
        ON users.system_code = $system_code AND users.user_code = events.user_code
    INNER JOIN event_names
        ON event_names.system_code = $system_code
        AND event_names.event_code = events.event_code
    UNION ALL
    SELECT
        repeats.line,
        first.user_id,
        first.event,
        first."at",
        first.properties,
        NULL AS origin
    FROM repeats
    INNER JOIN staged_events AS first ON first.line = repeats.first_line
    WHERE repeats.line NOT IN (SELECT line FROM stored_before)
)

SELECT
    held.line,
    CASE
        WHEN (held.user_id, held.event, held."at", held.properties)
            = (staged.user_id, staged.event, staged."at", staged.properties)
            THEN 'duplicate'
        ELSE 'conflict'
    END AS verdict,
    held.origin
FROM held
INNER JOIN staged_events AS staged USING (line)
