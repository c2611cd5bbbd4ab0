-- purpose: the attributes seen, by system and key
-- grain: one row a top-level key
-- columns: system, key, records, first_at, last_at, examples
SELECT system, key, records, first_at, last_at, examples
FROM seen_attributes
INNER JOIN systems USING (system_code)
ORDER BY system, key
