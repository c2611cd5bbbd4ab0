-- purpose: publish who was in which segment, and from when to when
-- grain: one row a stay
INSERT INTO published.membership_history BY NAME
SELECT m.segment_id, u.user_id, m.entered_at, m.left_at, m.version
FROM membership AS m
JOIN segments AS g USING (segment_id)
JOIN systems AS s USING (system)
JOIN users AS u USING (system_code, user_code)
ORDER BY m.segment_id, u.user_id, m.entered_at
