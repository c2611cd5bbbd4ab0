-- purpose: who entered and who left a segment at one tick
-- params: $segment_id, $at, $most
-- grain: one row a user and change
-- columns: change, user_id
SELECT 'entered' AS change, user_id
FROM membership_history
WHERE segment_id = $segment_id AND entered_at = $at AND member_since IS NULL
UNION ALL
SELECT 'exited' AS change, user_id
FROM membership_history
WHERE segment_id = $segment_id AND left_at = $at AND NOT is_cut
ORDER BY change, user_id
LIMIT $most
