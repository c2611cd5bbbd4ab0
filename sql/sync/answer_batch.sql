-- purpose: the outcome of a request: done or refused; its job, if it had one, is over
-- params: batch_id, outcome, detail, at
UPDATE sync_batches
SET outcome = $outcome, detail = $detail, answered_at = $at, job = NULL
WHERE batch_id = $batch_id
