-- purpose: what some events were, for a person to read
-- params: $system_code, $positions
-- grain: one row an event, oldest first
-- columns: event_id (null where it was derived from content), event, at, properties
SELECT
    CASE WHEN e.id_namespace <> ':content' THEN e.event_id END AS event_id,
    n.event,
    e."at",
    e.properties
FROM events AS e
JOIN event_names AS n USING (system_code, event_code)
WHERE e.system_code = $system_code AND e.position IN (SELECT unnest($positions))
ORDER BY e."at", e.position
