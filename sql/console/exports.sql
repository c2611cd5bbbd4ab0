-- purpose: the export files that are to be had
-- params: $segment_id (null: of everything), $most
-- grain: one row a file, newest first
-- columns: export_id, segment_id, snapshot_at, format, file, rows, created_at
SELECT export_id, segment_id, snapshot_at, format, file, rows, created_at
FROM exports
WHERE removed_at IS NULL AND ($segment_id IS NULL OR segment_id = $segment_id)
ORDER BY created_at DESC, export_id
LIMIT $most
