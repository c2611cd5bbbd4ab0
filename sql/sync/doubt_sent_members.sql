-- purpose: users of unanswered requests are perhaps there; a notification puts nobody anywhere
-- params: destination, segment_id
INSERT INTO sync_members
SELECT DISTINCT destination, segment_id, unnest(user_ids), 'unknown'
FROM sync_batches
WHERE destination = $destination AND segment_id = $segment_id AND outcome = 'sent'
  AND action <> 'notify'
ON CONFLICT DO UPDATE SET state = 'unknown'
