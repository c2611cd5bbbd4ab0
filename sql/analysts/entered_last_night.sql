-- purpose: who came into a segment last night: from 18:00 to 08:00 of the day of the newest tick
-- Hours are those of the session: SET TimeZone = 'Europe/Berlin' gives Berlin's.
-- grain: one row an entry, newest first
-- columns: segment, user_id, entered_at, is_present (still a member), stays (how often in this segment so far)
WITH night AS (
    SELECT
        date_trunc('day', max(r.at)) - INTERVAL 6 HOURS AS start,
        date_trunc('day', max(r.at)) + INTERVAL 8 HOURS AS "end"
    FROM runs AS r
)
SELECT
    s.name AS segment,
    h.user_id,
    h.entered_at,
    h.left_at IS NULL AS is_present,
    (
        SELECT count(*)
        FROM membership_history AS earlier
        WHERE earlier.segment_id = h.segment_id
          AND earlier.user_id = h.user_id
          AND earlier.entered_at <= h.entered_at
    ) AS stays
FROM membership_history AS h
JOIN segments AS s USING (segment_id)
CROSS JOIN night
WHERE h.entered_at > night.start AND h.entered_at <= night.end
ORDER BY h.entered_at DESC, segment, h.user_id
