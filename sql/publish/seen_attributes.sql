-- purpose: publish the attributes of the log
-- grain: one row a top-level key of a system
INSERT INTO published.seen_attributes BY NAME
SELECT system, key AS attribute, records, first_at, last_at, examples
FROM seen_attributes
JOIN systems USING (system_code)
ORDER BY system, key
