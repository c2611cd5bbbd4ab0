-- purpose: the newest tick that any run has evaluated
-- params: none
-- grain: one row, or none before the first run
-- columns: run_id, at, status, started_at, seconds
SELECT run_id, "at", status, started_at, seconds
FROM runs
ORDER BY "at" DESC, attempt DESC
LIMIT 1
