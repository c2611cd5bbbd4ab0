-- purpose: the versions of a segment
-- params: $segment_id
-- grain: one row a version, newest first
-- columns: version, definition, first_used_at, created_at
SELECT version, definition::VARCHAR AS definition, first_used_at, created_at
FROM segment_versions
WHERE segment_id = $segment_id
ORDER BY version DESC
