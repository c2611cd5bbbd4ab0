-- purpose: the newest snapshot of a segment before an instant
-- params: $segment_id, $at
-- grain: one row or none
-- columns: segment_id, at, file, rows, sha256
SELECT segment_id, "at", file, rows, sha256
FROM snapshots
WHERE segment_id = $segment_id AND "at" < $at
ORDER BY "at" DESC
LIMIT 1
