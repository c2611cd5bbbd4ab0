-- purpose: the members who came last
-- params: $segment_id, $most
-- grain: one row a member, newest first
-- columns: user_id, entered_at
SELECT user_id, entered_at
FROM memberships
WHERE segment_id = $segment_id
ORDER BY entered_at DESC, user_id
LIMIT $most
