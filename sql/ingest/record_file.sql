-- purpose: the ledger tells what became of one file and content
-- params: one a column of source_files
-- grain: adds one row a file and content
INSERT INTO source_files VALUES (
    $file_code, $source, $system, $path, $format, $size_bytes, $sha256,
    $status, $reason,
    $rows, $accepted, $duplicates, $conflicts, $rejected, $skipped,
    $first_at, $last_at, $first_position, $last_position,
    $ingested_at, $stamp, $read_as
)
