-- purpose: the codes of a system's properties
-- params: $system_code
-- grain: one row a top-level property
-- columns: key, key_code
SELECT key, key_code FROM column_keys WHERE system_code = $system_code
