-- purpose: some users are there
-- params: destination, segment_id, user_ids
INSERT INTO sync_members
SELECT $destination, $segment_id, unnest($user_ids::VARCHAR[]), 'held'
ON CONFLICT DO UPDATE SET state = 'held'
