-- purpose: event names that the accepted rows bring for the first time get codes in order of first sight
-- params: system_code
-- grain: adds one row a new event name
INSERT INTO event_names
SELECT
    $system_code,
    (
        SELECT coalesce(max(event_code) + 1, 0)
        FROM event_names
        WHERE system_code = $system_code
    ) + row_number() OVER (ORDER BY min(line)) - 1,
    event
FROM staged_events
WHERE event NOT IN (SELECT event FROM event_names WHERE system_code = $system_code)
GROUP BY event
