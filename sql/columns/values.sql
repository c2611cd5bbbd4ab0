-- purpose: the files of values of a system's properties
-- params: $system_code
-- grain: one row a file, by property and first code
-- columns: key_code, file, first_code, rows, sha256
SELECT key_code, file, first_code, rows, sha256
FROM column_values
WHERE system_code = $system_code
ORDER BY key_code, first_code
