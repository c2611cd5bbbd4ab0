-- purpose: a system has no columns any more: its values
-- params: $system_code
-- grain: every row of the system
DELETE FROM column_values WHERE system_code = $system_code
