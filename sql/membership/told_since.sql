-- purpose: what was told of a segment at an instant, and whether nothing else was told since
-- params: $segment_id, $at, $version
-- grain: one row a stay that began or ended at the instant or later
-- columns: user_code, entered_at, has_left, is_plain (as the tick at that instant alone would have written it)
SELECT
    user_code,
    entered_at,
    left_at IS NOT NULL AS has_left,
    NOT is_cut AND CASE
        WHEN left_at IS NULL THEN version = $version AND member_since IS NULL
        ELSE left_at = $at AND entered_at < $at
    END AS is_plain
FROM membership
WHERE segment_id = $segment_id AND (entered_at >= $at OR left_at >= $at)
