-- purpose: which condition holds people out of a segment: who satisfies all the others, and would be in without it
-- Measured when a version was new and each night; the newest measurement counts.
-- grain: one row a condition that all members satisfy, the one that holds out most first
-- columns: segment, condition, users (who satisfy it), kept_out, members (then), share (kept out, of those who satisfy all others), measured_at
WITH newest AS (
    SELECT segment_id, max("at") AS "at"
    FROM condition_sizes
    GROUP BY segment_id
)
SELECT
    s.name AS segment,
    c.rule AS condition,
    c.users,
    c.kept_out,
    z.members,
    round(c.kept_out / nullif(c.kept_out + z.members, 0), 3) AS share,
    c.at AS measured_at
FROM condition_sizes AS c
JOIN newest AS n ON n.segment_id = c.segment_id AND n.at = c.at
JOIN segments AS s ON s.segment_id = c.segment_id
LEFT JOIN segment_sizes AS z ON z.segment_id = c.segment_id AND z.at = c.at
ORDER BY segment, c.kept_out DESC, c.place
