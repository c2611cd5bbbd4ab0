-- purpose: segments have as many members as without the erased users
-- grain: changes one row a segment that they are in
UPDATE segments AS g
SET members = g.members - c.present
FROM (
    SELECT segment_id, count(*) AS present FROM erased_stays WHERE left_at IS NULL GROUP BY segment_id
) AS c
WHERE g.segment_id = c.segment_id
