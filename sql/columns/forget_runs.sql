-- purpose: a system has no columns any more: its runs
-- params: $system_code
-- grain: every row of the system
DELETE FROM column_runs WHERE system_code = $system_code
