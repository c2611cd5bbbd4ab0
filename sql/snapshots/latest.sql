-- purpose: the snapshot of a segment that was valid at an instant
-- params: $segment_id, $at (null: the newest of all)
-- grain: one row or none
-- columns: segment_id, at, file, rows, sha256
SELECT segment_id, "at", file, rows, sha256
FROM snapshots
WHERE segment_id = $segment_id AND ($at IS NULL OR "at" <= $at)
ORDER BY "at" DESC
LIMIT 1
