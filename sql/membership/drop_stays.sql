-- purpose: stays are told anew
-- params: $segment_id; view: dropped (user_code, entered_at)
-- grain: one row a stay
DELETE FROM membership
USING dropped
WHERE membership.segment_id = $segment_id
    AND membership.user_code = dropped.user_code
    AND membership.entered_at = dropped.entered_at
