-- purpose: the event names seen, by system and name
-- grain: one row a name that has events
-- columns: system, event, events, first_at, last_at
SELECT system, event, events, first_at, last_at
FROM seen_events
INNER JOIN systems USING (system_code)
INNER JOIN event_names USING (system_code, event_code)
ORDER BY system, event
