-- purpose: one finished export, also one whose file is gone
-- params: $export_id
-- grain: one row, or none
-- columns: export_id, segment_id, snapshot_at, format, attributes, file, rows, sha256, created_at, removed_at
SELECT export_id, segment_id, snapshot_at, format, attributes, file, rows, sha256, created_at, removed_at
FROM exports
WHERE export_id = $export_id
