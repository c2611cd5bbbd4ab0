-- purpose: one attempt at a tick is recorded
-- params: $run_id, $at, $attempt, $status, $position, $started_at, $seconds, $is_backfill
-- grain: one row
INSERT INTO runs (run_id, "at", attempt, status, position, started_at, seconds, is_backfill)
VALUES ($run_id, $at, $attempt, $status, $position, $started_at, $seconds, $is_backfill)
