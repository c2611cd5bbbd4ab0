-- purpose: what the destination works a request off as, NULL when it does not any more
-- params: batch_id, job
UPDATE sync_batches SET job = $job WHERE batch_id = $batch_id
