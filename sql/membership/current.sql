-- purpose: who is a member now
-- params: $segment_id
-- grain: one row a member
-- columns: user_code, entered_at
SELECT user_code, entered_at FROM membership WHERE segment_id = $segment_id AND left_at IS NULL
