-- purpose: some users are perhaps there
-- params: destination, segment_id, user_ids
INSERT INTO sync_members
SELECT $destination, $segment_id, unnest($user_ids::VARCHAR[]), 'unknown'
ON CONFLICT DO UPDATE SET state = 'unknown'
