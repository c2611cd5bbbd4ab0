-- purpose: what the ledger knows of a path
-- params: path
-- grain: one row a file and content, in the order they were recorded
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
WHERE path = $path
ORDER BY file_code
