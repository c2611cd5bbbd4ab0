-- purpose: the properties of an event, or of those whose names begin alike
-- params: $system, $event, $prefix (null: the exact name)
-- grain: one row a property, the most frequent first
-- columns: name, count
SELECT property AS name, sum(events)::BIGINT AS count
FROM seen_properties
WHERE system = $system
  AND (event = $event OR ($prefix IS NOT NULL AND starts_with(event, $prefix)))
GROUP BY property
ORDER BY count DESC, property
