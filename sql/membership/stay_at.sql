-- purpose: the stay that makes one user a member at an instant
-- params: $segment_id, $user_code, $at
-- grain: one row or none
-- columns: entered_at, version
SELECT coalesce(member_since, entered_at) AS entered_at, version
FROM membership
WHERE segment_id = $segment_id AND user_code = $user_code
  AND membership.entered_at <= $at AND (left_at IS NULL OR left_at > $at)
