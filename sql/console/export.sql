-- purpose: one finished export file by its opaque id
-- params: $export_id
-- grain: one row or none
-- columns: export_id, segment_id, snapshot_at, format, file, rows, created_at
SELECT export_id, segment_id, snapshot_at, format, file, rows, created_at
FROM exports
WHERE removed_at IS NULL AND export_id = $export_id
