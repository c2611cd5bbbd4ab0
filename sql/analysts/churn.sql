-- purpose: how many of the members of 30 days ago have left since, and how many of today's are new
-- grain: one row a segment, the greatest loss first
-- columns: segment, members_then, lost, lost_share (null when nobody was in), members_now, won
WITH span AS (
    SELECT max(r.at) - INTERVAL 30 DAYS AS "then", max(r.at) AS "now"
    FROM runs AS r
),
present AS (
    SELECT
        h.segment_id,
        h.user_id,
        bool_or(h.entered_at <= span.then AND coalesce(h.left_at > span.then, true)) AS was_in,
        bool_or(h.left_at IS NULL) AS is_in
    FROM membership_history AS h
    CROSS JOIN span
    GROUP BY h.segment_id, h.user_id
)
SELECT
    s.name AS segment,
    count(*) FILTER (was_in) AS members_then,
    count(*) FILTER (was_in AND NOT is_in) AS lost,
    round(lost / nullif(members_then, 0), 3) AS lost_share,
    count(*) FILTER (is_in) AS members_now,
    count(*) FILTER (is_in AND NOT was_in) AS won
FROM segments AS s
LEFT JOIN present USING (segment_id)
GROUP BY s.segment_id, s.name
ORDER BY lost_share DESC NULLS LAST, segment
