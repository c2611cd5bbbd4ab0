-- purpose: a property has a code; a second time changes nothing
-- params: $system_code, $key, $key_code
-- grain: one row
INSERT OR IGNORE INTO column_keys (system_code, key_code, key) VALUES ($system_code, $key_code, $key)
