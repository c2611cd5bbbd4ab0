-- purpose: where destinations hold, or may hold, the users to be erased
-- params: the lent frame erased (user_id)
-- grain: one row a destination and segment
-- columns: destination, segment_id
SELECT DISTINCT destination, segment_id
FROM sync_members
SEMI JOIN erased USING (user_id)
ORDER BY destination, segment_id
