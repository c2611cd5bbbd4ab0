-- purpose: the users of a batch are there
-- params: batch_id
INSERT INTO sync_members
SELECT destination, segment_id, unnest(user_ids), 'held'
FROM sync_batches
WHERE batch_id = $batch_id
ON CONFLICT DO UPDATE SET state = 'held'
