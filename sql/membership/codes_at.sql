-- purpose: who is a member at an instant, as codes
-- params: $segment_id, $at
-- grain: one row a member
-- columns: user_code
SELECT user_code
FROM membership
WHERE segment_id = $segment_id
  AND entered_at <= $at AND (left_at IS NULL OR left_at > $at)
