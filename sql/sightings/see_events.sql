-- purpose: the catalogue counts the events from a position on, by name
-- params: system_code, from_position
-- grain: changes or adds one row an event name
MERGE INTO seen_events AS seen
USING (
    SELECT
        event_code,
        count(*) AS events,
        min("at") AS first_at,
        max("at") AS last_at
    FROM events
    WHERE system_code = $system_code AND position >= $from_position
    GROUP BY event_code
) AS came
ON seen.system_code = $system_code AND seen.event_code = came.event_code
WHEN MATCHED THEN UPDATE SET
    events = seen.events + came.events,
    first_at = least(seen.first_at, came.first_at),
    last_at = greatest(seen.last_at, came.last_at)
WHEN NOT MATCHED THEN INSERT VALUES (
    $system_code, came.event_code, came.events, came.first_at, came.last_at
)
