-- purpose: the event names ever seen in a system
-- params: $system_code
-- grain: one row a name
-- columns: event_code, event
SELECT event_code, event FROM event_names WHERE system_code = $system_code
