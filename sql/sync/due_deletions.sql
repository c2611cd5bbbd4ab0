-- purpose: deleted segments that a destination may still hold
-- params: destinations
-- grain: one row a destination and segment, in that order
-- columns: destination, segment_id, system, remote_name
SELECT s.destination, s.segment_id, g.system, s.remote_name
FROM syncs AS s
JOIN segments AS g ON g.segment_id = s.segment_id
WHERE g.deleted_at IS NOT NULL AND s.status <> 'deleted'
  AND s.destination IN (SELECT unnest($destinations::VARCHAR[]))
ORDER BY s.destination, s.segment_id
