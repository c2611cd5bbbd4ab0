-- purpose: who entered and who left a segment at one tick
-- params: $segment_id, $at, $most
-- grain: one row a user and change
-- columns: change, user_id
SELECT 'entered' AS change, user_id
FROM membership_history
ANTI JOIN (FROM cut_stays WHERE member_since IS NOT NULL) USING (segment_id, user_id, entered_at)
WHERE segment_id = $segment_id AND entered_at = $at
UNION ALL
SELECT 'exited' AS change, user_id
FROM membership_history
ANTI JOIN (FROM cut_stays WHERE is_cut) USING (segment_id, user_id, entered_at)
WHERE segment_id = $segment_id AND left_at = $at
ORDER BY change, user_id
LIMIT $most
