-- purpose: a system has no columns any more: its keys
-- params: $system_code
-- grain: every row of the system
DELETE FROM column_keys WHERE system_code = $system_code
