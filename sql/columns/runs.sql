-- purpose: the runs of a system
-- params: $system_code
-- grain: one row a run, oldest first
-- columns: run, file, day, after_position, upto_position, first_us, last_us, rows
SELECT run, file, day, after_position, upto_position, first_us, last_us, rows
FROM column_runs
WHERE system_code = $system_code
ORDER BY run
