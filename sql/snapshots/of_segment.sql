-- purpose: the valid snapshot files of a segment
-- params: $segment_id
-- grain: one row a change of content, oldest first
-- columns: segment_id, at, file, rows, sha256
SELECT segment_id, "at", file, rows, sha256
FROM snapshots
WHERE segment_id = $segment_id
ORDER BY "at"
