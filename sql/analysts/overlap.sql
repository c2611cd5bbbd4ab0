-- purpose: which segments of a system hold the same people
-- grain: one row a pair of segments with a member in common, the most alike first
-- columns: system, segment, other, in_both, only_in_segment, only_in_other, likeness (in both / in either)
WITH pairs AS (
    SELECT a.segment_id, b.segment_id AS other_id, count(*) AS in_both
    FROM memberships AS a
    JOIN segments AS left_one ON left_one.segment_id = a.segment_id
    JOIN segments AS right_one
        ON right_one.system = left_one.system
        AND right_one.segment_id > left_one.segment_id
    JOIN memberships AS b
        ON b.segment_id = right_one.segment_id
        AND b.user_id = a.user_id
    GROUP BY a.segment_id, b.segment_id
),
sizes AS (
    SELECT segment_id, count(*) AS members
    FROM memberships
    GROUP BY segment_id
)
SELECT
    s.system,
    s.name AS segment,
    o.name AS other,
    p.in_both,
    a.members - p.in_both AS only_in_segment,
    b.members - p.in_both AS only_in_other,
    round(p.in_both / (a.members + b.members - p.in_both), 3) AS likeness
FROM pairs AS p
JOIN segments AS s ON s.segment_id = p.segment_id
JOIN segments AS o ON o.segment_id = p.other_id
JOIN sizes AS a ON a.segment_id = p.segment_id
JOIN sizes AS b ON b.segment_id = p.other_id
ORDER BY likeness DESC, segment, other
