-- purpose: a file counts as retracted; it keeps its positions, which are never given twice
-- params: file_code, reason
-- grain: changes one row
UPDATE source_files
SET
    status = 'retracted',
    reason = $reason,
    rows = 0,
    accepted = 0,
    duplicates = 0,
    conflicts = 0,
    rejected = 0,
    skipped = 0,
    first_at = NULL,
    last_at = NULL
WHERE file_code = $file_code
