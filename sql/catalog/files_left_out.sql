-- purpose: files that were looked at and not loaded, and why
-- params: none
-- grain: one row a file that is refused, or changed after it was loaded; newest first
-- columns: path, source, status, reason, ingested_at
SELECT path, source, status, reason, ingested_at
FROM source_files
WHERE status IN ('refused', 'changed')
ORDER BY ingested_at DESC, path
