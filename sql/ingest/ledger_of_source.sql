-- purpose: what the ledger knows of the files that a source names, or named under another name
-- params: source, system, read_as
-- grain: one row a file and content, in the order they were recorded
-- columns: file_code, source, path, sha256, status, reason, rows, stamp, read_as
SELECT file_code, source, path, sha256, status, reason, rows, stamp, read_as
FROM source_files
WHERE source = $source OR (system = $system AND read_as = $read_as)
ORDER BY file_code
