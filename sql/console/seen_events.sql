-- purpose: the event names of a system
-- params: $system
-- grain: one row a name, the most frequent first
-- columns: name, count
SELECT event AS name, events AS count
FROM seen_events
WHERE system = $system
ORDER BY events DESC, event
