-- purpose: the files to read again, in the order in which they were ingested
-- grain: one row a loaded file
-- columns: file_code, source, system, path, sha256, status, read_as, first_position, last_position, ingested_at
SELECT
    file_code,
    source,
    system,
    path,
    sha256,
    status,
    read_as,
    first_position,
    last_position,
    ingested_at
FROM source_files
WHERE status = 'loaded'
ORDER BY file_code
