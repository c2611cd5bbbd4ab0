-- purpose: the store knows event names; their codes are their places in the list
-- params: $names
-- grain: adds one row a name that it did not know
INSERT INTO event_names
SELECT 0, code, name
FROM (SELECT unnest($names) AS name, unnest(range(len($names))) AS code)
WHERE code NOT IN (SELECT event_code FROM event_names)
