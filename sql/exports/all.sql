-- purpose: the catalog of exports, newest first
-- params: $segment_id (null: of all segments)
-- grain: one row a finished export
-- columns: export_id, segment_id, snapshot_at, format, file, rows, sha256, created_at
SELECT export_id, segment_id, snapshot_at, format, file, rows, sha256, created_at
FROM exports
WHERE $segment_id IS NULL OR segment_id = $segment_id
ORDER BY created_at DESC, export_id
