-- purpose: segments whose destination was told of them before
-- params: frame wanted_targets(segment_id, destination, remote_id, name)
-- grain: one row a destination and segment, in that order
-- columns: destination, segment_id, system, remote_name
SELECT t.destination, t.segment_id, g.system, s.remote_name
FROM wanted_targets AS t
JOIN segments AS g ON g.segment_id = t.segment_id
JOIN syncs AS s ON s.segment_id = t.segment_id AND s.destination = t.destination
WHERE g.deleted_at IS NULL
ORDER BY t.destination, t.segment_id
