-- purpose: the files of a system after one that are loaded, or would be without another
-- params: system, file_code
-- grain: one row a loaded or duplicate file, in ingest order
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
WHERE system = $system
    AND file_code > $file_code
    AND status IN ('loaded', 'duplicate')
ORDER BY file_code
