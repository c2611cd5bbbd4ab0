-- purpose: the ledger tells what became of a file that was read again
-- params: file_code, reason, the counts, first_at, last_at
-- grain: changes one row
UPDATE source_files
SET
    status = 'loaded',
    reason = $reason,
    rows = $rows,
    accepted = $accepted,
    duplicates = $duplicates,
    conflicts = $conflicts,
    rejected = $rejected,
    skipped = $skipped,
    first_at = $first_at,
    last_at = $last_at
WHERE file_code = $file_code
