-- purpose: who is a member now
-- params: $segment_id
-- grain: one row a member
-- columns: user_code
SELECT user_code FROM membership WHERE segment_id = $segment_id AND left_at IS NULL
