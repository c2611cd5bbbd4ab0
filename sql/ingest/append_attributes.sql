-- purpose: the new attributes are in the store
-- params: system_code, file_code, first_position
-- grain: adds one row a user, key, instant and value; one with a null key for a record without keys
INSERT INTO attributes BY NAME
SELECT
    $system_code AS system_code,
    user_code,
    key,
    kept."at" AS "at",
    value,
    $first_position + line - 1 AS position,
    $file_code AS file_code
FROM kept_attributes AS kept
INNER JOIN users
    ON users.system_code = $system_code AND users.user_id = kept.user_id
ORDER BY user_code, key, kept."at", value
