-- purpose: publish the attempts at ticks
-- grain: one row an attempt
INSERT INTO published.runs BY NAME
SELECT
    run_id,
    "at",
    attempt,
    status,
    position,
    started_at,
    seconds,
    is_backfill
FROM runs
ORDER BY started_at, run_id
