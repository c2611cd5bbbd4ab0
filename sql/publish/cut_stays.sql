-- purpose: publish which stays a backfill has cut
-- grain: one row such a stay
INSERT INTO published.cut_stays BY NAME
SELECT m.segment_id, u.user_id, m.entered_at, m.member_since, m.is_cut
FROM membership AS m
JOIN segments AS g USING (segment_id)
JOIN systems AS s USING (system)
JOIN users AS u USING (system_code, user_code)
WHERE m.is_cut OR m.member_since IS NOT NULL
ORDER BY m.segment_id, u.user_id, m.entered_at
