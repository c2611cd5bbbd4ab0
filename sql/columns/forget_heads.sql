-- purpose: a system has no columns any more: its heads
-- params: $system_code
-- grain: every row of the system
DELETE FROM column_heads WHERE system_code = $system_code
