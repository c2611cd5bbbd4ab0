-- purpose: the outcome of a request: done or refused
-- params: batch_id, outcome, detail, at
UPDATE sync_batches
SET outcome = $outcome, detail = $detail, answered_at = $at
WHERE batch_id = $batch_id
