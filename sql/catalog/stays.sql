-- purpose: when one user was in a segment
-- params: segment_id VARCHAR, user_id VARCHAR
-- grain: one row a stay, oldest first; left_at NULL while it lasts
-- columns: entered_at, left_at, version
SELECT m.entered_at, m.left_at, m.version
FROM membership AS m
JOIN segments AS s USING (segment_id)
JOIN systems AS y ON y.system = s.system
JOIN users AS u ON u.system_code = y.system_code AND u.user_code = m.user_code
WHERE m.segment_id = $segment_id AND u.user_id = $user_id
ORDER BY m.entered_at
