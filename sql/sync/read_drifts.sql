-- purpose: where a destination held other than it should, and was not made right since
-- params: none
-- grain: one row a destination and segment, in that order
-- columns: destination, segment_id, checked_at, drift
SELECT c.destination, c.segment_id, c.checked_at, c.drift
FROM sync_checks AS c
JOIN syncs AS s ON s.destination = c.destination AND s.segment_id = c.segment_id
WHERE c.drift IS NOT NULL AND s.status NOT IN ('synced', 'deleted')
ORDER BY c.destination, c.segment_id
