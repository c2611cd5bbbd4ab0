-- purpose: the sizes of segments are those without the erased users
-- grain: changes one row a segment and evaluated tick that counted them
UPDATE segment_sizes AS z
SET
    members = z.members - c.members,
    entered = z.entered - c.entered,
    exited = z.exited - c.exited
FROM (
    SELECT
        z.segment_id,
        z.at,
        count(*) FILTER (s.left_at IS NULL OR s.left_at > z.at) AS members,
        count(*) FILTER (s.entered_at = z.at AND s.member_since IS NULL) AS entered,
        count(*) FILTER (s.left_at = z.at AND NOT s.is_cut) AS exited
    FROM segment_sizes AS z
    JOIN erased_stays AS s ON s.segment_id = z.segment_id AND s.entered_at <= z.at
        AND (s.left_at IS NULL OR s.left_at >= z.at)
    GROUP BY z.segment_id, z.at
) AS c
WHERE z.segment_id = c.segment_id AND z.at = c.at
