-- purpose: the attributes of a system
-- params: $system
-- grain: one row an attribute, the most frequent first
-- columns: name, count
SELECT attribute AS name, records AS count
FROM seen_attributes
WHERE system = $system
ORDER BY records DESC, attribute
