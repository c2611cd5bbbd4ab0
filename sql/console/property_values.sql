-- purpose: the most frequent values of a property, among the first events of that name
-- params: $system, $event, $prefix (null: the exact name), $pointer (JSON pointer to the property), $sample, $most
-- grain: one row a value, the most frequent first
-- columns: name, count
SELECT name, count(*) AS count
FROM (
    SELECT properties ->> $pointer AS name
    FROM events
    WHERE system = $system
      AND (event = $event OR ($prefix IS NOT NULL AND starts_with(event, $prefix)))
    LIMIT $sample
)
WHERE name IS NOT NULL
GROUP BY name
ORDER BY count DESC, name
LIMIT $most
