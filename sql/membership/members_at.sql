-- purpose: who is a member at an instant
-- params: $segment_id, $at
-- grain: one row a member, by user id
-- columns: user_id, entered_at
SELECT u.user_id, coalesce(m.member_since, m.entered_at) AS entered_at
FROM membership AS m
JOIN segments AS s USING (segment_id)
JOIN systems AS y ON y.system = s.system
JOIN users AS u ON u.system_code = y.system_code AND u.user_code = m.user_code
WHERE m.segment_id = $segment_id
  AND m.entered_at <= $at AND (m.left_at IS NULL OR m.left_at > $at)
ORDER BY u.user_id
