-- purpose: the request leaves now; until it is answered its outcome is unknown
-- params: batch_id
UPDATE sync_batches SET outcome = 'sent' WHERE batch_id = $batch_id
