-- purpose: what runs found is told without the erased users
-- grain: changes one row a run and segment that counted them
UPDATE run_segments AS r
SET
    members = r.members - c.members,
    entered = greatest(r.entered - c.entered, 0),
    exited = greatest(r.exited - c.exited, 0),
    stayed = greatest(r.stayed - c.members + c.entered, 0)
FROM (
    SELECT
        r.run_id,
        r.segment_id,
        count(*) FILTER (s.left_at IS NULL OR s.left_at > r.at) AS members,
        count(*) FILTER (s.entered_at = r.at) AS entered,
        count(*) FILTER (s.left_at = r.at) AS exited
    FROM run_segments AS r
    JOIN erased_stays AS s ON s.segment_id = r.segment_id AND s.entered_at <= r.at
        AND (s.left_at IS NULL OR s.left_at >= r.at)
    GROUP BY r.run_id, r.segment_id
) AS c
WHERE r.run_id = c.run_id AND r.segment_id = c.segment_id
