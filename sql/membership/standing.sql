-- purpose: who was a member just before an instant
-- params: $segment_id, $at
-- grain: one row a member
-- columns: user_code, entered_at
SELECT user_code, coalesce(member_since, entered_at) AS entered_at
FROM membership
WHERE segment_id = $segment_id
  AND membership.entered_at < $at AND (left_at IS NULL OR left_at >= $at)
