-- purpose: a segment is watched from its newest snapshot on; a watch that there is stays, a segment without one waits
-- params: destination, segment_id
INSERT INTO notice_watches (destination, segment_id, since)
SELECT $destination, $segment_id, max(s.at)
FROM snapshots AS s
WHERE s.segment_id = $segment_id
HAVING max(s.at) IS NOT NULL
ON CONFLICT DO NOTHING
