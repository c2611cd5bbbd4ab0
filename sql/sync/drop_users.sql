-- purpose: some users are not there
-- params: destination, segment_id, user_ids
DELETE FROM sync_members
WHERE destination = $destination AND segment_id = $segment_id
  AND user_id IN (SELECT unnest($user_ids::VARCHAR[]))
