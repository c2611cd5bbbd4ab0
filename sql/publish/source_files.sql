-- purpose: publish the files that were looked at
-- grain: one row a file and content
INSERT INTO published.source_files BY NAME
SELECT
    path,
    sha256,
    status,
    reason,
    rows,
    accepted,
    duplicates,
    conflicts,
    rejected,
    skipped,
    source,
    system,
    format,
    size_bytes,
    first_at,
    last_at,
    ingested_at
FROM source_files
ORDER BY ingested_at, path
