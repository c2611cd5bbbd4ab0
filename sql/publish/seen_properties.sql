-- purpose: publish the properties of the log
-- grain: one row a top-level property of an event name
INSERT INTO published.seen_properties BY NAME
SELECT system, event, property, events, first_at, last_at, examples
FROM seen_properties
JOIN systems USING (system_code)
JOIN event_names USING (system_code, event_code)
ORDER BY system, event, property
