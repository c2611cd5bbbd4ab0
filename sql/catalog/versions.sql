-- purpose: the versions a segment's definition has had
-- params: segment_id VARCHAR
-- grain: one row a version, oldest first
-- columns: version, fingerprint, definition (canonical JSON), first_used_at, created_at
SELECT version, fingerprint, definition, first_used_at, created_at
FROM segment_versions
WHERE segment_id = $segment_id
ORDER BY version
