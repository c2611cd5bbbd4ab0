-- purpose: every valid snapshot file
-- params: none
-- grain: one row a segment and change of content, oldest first
-- columns: segment_id, at, file, rows, sha256
SELECT segment_id, "at", file, rows, sha256 FROM snapshots ORDER BY segment_id, "at"
