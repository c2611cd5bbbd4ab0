-- purpose: nobody but the users of a batch is there
-- params: destination, segment_id, batch_id
DELETE FROM sync_members
WHERE destination = $destination AND segment_id = $segment_id
  AND user_id NOT IN (SELECT unnest(user_ids) FROM sync_batches WHERE batch_id = $batch_id)
