-- purpose: in the ledger, the lines that told of erased users count as skipped; after their rows are gone
-- grain: changes one row a file
UPDATE source_files AS f
SET
    accepted = f.accepted - least(f.accepted, r.lines),
    skipped = f.skipped + least(f.accepted, r.lines),
    first_at = r.first_at,
    last_at = r.last_at
FROM (
    SELECT
        e.file_code,
        e.lines,
        least(
            (SELECT min("at") FROM events WHERE file_code = e.file_code),
            (SELECT min("at") FROM attributes WHERE file_code = e.file_code)
        ) AS first_at,
        greatest(
            (SELECT max("at") FROM events WHERE file_code = e.file_code),
            (SELECT max("at") FROM attributes WHERE file_code = e.file_code)
        ) AS last_at
    FROM (
        SELECT file_code, count(*) AS lines FROM erased_rows GROUP BY file_code
    ) AS e
) AS r
WHERE f.file_code = r.file_code
