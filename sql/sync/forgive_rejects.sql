-- purpose: the users of a batch are refused no more
-- params: destination, segment_id, batch_id
DELETE FROM sync_rejects
WHERE destination = $destination AND segment_id = $segment_id
  AND user_id IN (SELECT unnest(user_ids) FROM sync_batches WHERE batch_id = $batch_id)
