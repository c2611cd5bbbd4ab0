-- purpose: the catalog of exports whose file is still to be had, newest first
-- params: $segment_id (null: of everything)
-- grain: one row a finished export
-- columns: export_id, segment_id, snapshot_at, format, attributes, file, rows, sha256, created_at, removed_at
SELECT export_id, segment_id, snapshot_at, format, attributes, file, rows, sha256, created_at, removed_at
FROM exports
WHERE removed_at IS NULL AND ($segment_id IS NULL OR segment_id = $segment_id)
ORDER BY created_at DESC, export_id
