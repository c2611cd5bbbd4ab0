-- purpose: a file of values counts
-- params: $system_code, $key_code, $first_code, $rows, $file, $sha256
-- grain: one row
INSERT INTO column_values (system_code, key_code, first_code, rows, file, sha256)
VALUES ($system_code, $key_code, $first_code, $rows, $file, $sha256)
