-- purpose: a run counts no more
-- params: $system_code, $run
-- grain: one row
DELETE FROM column_runs WHERE system_code = $system_code AND run = $run
