-- purpose: the stays of a segment that touch a tick, or the time until the one told next
-- params: $segment_id, $at, $until
-- grain: one row a stay
-- columns: those of membership but its segment
SELECT user_code, entered_at, left_at, version, member_since, is_cut
FROM membership
WHERE segment_id = $segment_id AND entered_at <= $until AND (left_at IS NULL OR left_at >= $at)
