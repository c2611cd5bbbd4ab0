-- purpose: the drawn attributes are in the store, as an ingest of them would have left them
-- params: $first_position, $file_code
-- grain: adds one row a user, key and record
INSERT INTO attributes BY NAME
SELECT
    0 AS system_code,
    user_code,
    key,
    make_timestamptz(at_us) AS "at",
    value,
    $first_position + line - 1 AS position,
    $file_code AS file_code
FROM drawn_attributes
ORDER BY user_code, key, at_us, value
