-- purpose: the most frequent values of an attribute, among the first users
-- params: $system, $pointer (JSON pointer to the attribute), $sample, $most
-- grain: one row a value, the most frequent first
-- columns: name, count
SELECT name, count(*) AS count
FROM (
    SELECT attributes ->> $pointer AS name
    FROM users
    WHERE system = $system
    LIMIT $sample
)
WHERE name IS NOT NULL
GROUP BY name
ORDER BY count DESC, name
LIMIT $most
