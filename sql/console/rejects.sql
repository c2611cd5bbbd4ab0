-- purpose: the users that destinations do not take into a segment
-- params: $segment_id, $most
-- grain: one row a destination and user
-- columns: destination, user_id, reason, at
SELECT destination, user_id, reason, "at"
FROM sync_rejects
WHERE segment_id = $segment_id
ORDER BY destination, user_id
LIMIT $most
