-- purpose: the properties seen, by system, event name and property
-- grain: one row a top-level property of an event name
-- columns: system, event, property, events, first_at, last_at, examples
SELECT system, event, property, events, first_at, last_at, examples
FROM seen_properties
INNER JOIN systems USING (system_code)
INNER JOIN event_names USING (system_code, event_code)
ORDER BY system, event, property
