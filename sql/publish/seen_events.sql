-- purpose: publish the event names of the log
-- grain: one row a name of a system
INSERT INTO published.seen_events BY NAME
SELECT system, event, events, first_at, last_at
FROM seen_events
JOIN systems USING (system_code)
JOIN event_names USING (system_code, event_code)
ORDER BY system, event
