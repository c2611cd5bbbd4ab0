-- purpose: rejects of a segment who are not rejected any more
-- params: destination, segment_id, user_ids: those who still are
DELETE FROM sync_rejects
WHERE destination = $destination AND segment_id = $segment_id
  AND user_id NOT IN (SELECT unnest($user_ids::VARCHAR[]))
