-- purpose: who was a member of a segment at one of two instants, or at both
-- params: $segment_id, $start, $end
-- grain: one row a user, by user id
-- columns: user_id, was_in, is_in, entered_at (of the stay at the end), left_at (of the stay at the start)
WITH stays AS (
    SELECT user_code, entered_at, left_at
    FROM membership
    WHERE segment_id = $segment_id
),
before AS (
    SELECT user_code, left_at
    FROM stays
    WHERE entered_at <= $start AND (left_at IS NULL OR left_at > $start)
),
after AS (
    SELECT user_code, entered_at
    FROM stays
    WHERE entered_at <= $end AND (left_at IS NULL OR left_at > $end)
),
either AS (
    SELECT
        coalesce(b.user_code, a.user_code) AS user_code,
        b.user_code IS NOT NULL AS was_in,
        a.user_code IS NOT NULL AS is_in,
        a.entered_at,
        b.left_at
    FROM before AS b
    FULL JOIN after AS a USING (user_code)
)
SELECT u.user_id, e.was_in, e.is_in, e.entered_at, e.left_at
FROM either AS e
JOIN segments AS s ON s.segment_id = $segment_id
JOIN systems AS y ON y.system = s.system
JOIN users AS u ON u.system_code = y.system_code AND u.user_code = e.user_code
ORDER BY u.user_id
