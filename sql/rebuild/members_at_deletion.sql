-- purpose: who was a member of a deleted segment until its deletion, or left at that instant
-- params: $segment_id, $at (not before the deletion)
-- grain: one row a member, by user id
-- columns: user_id, entered_at
SELECT u.user_id, m.entered_at
FROM membership AS m
JOIN segments AS g USING (segment_id)
JOIN systems AS s USING (system)
JOIN users AS u USING (system_code, user_code)
WHERE m.segment_id = $segment_id AND m.entered_at <= $at AND m.left_at >= g.deleted_at
ORDER BY u.user_id
