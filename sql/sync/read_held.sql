-- purpose: who the destination holds or may hold of a segment
-- params: destination, segment_id
-- grain: one row a user, any order
-- columns: user_id, state
SELECT user_id, state
FROM sync_members
WHERE destination = $destination AND segment_id = $segment_id
