-- purpose: files whose rejected rows are not those that are kept
-- grain: one row such a file
-- columns: subject, found, wanted
SELECT
    coalesce(f.path, 'file ' || file_code) AS subject,
    coalesce(k.kept, 0) || ' rejects' AS found,
    coalesce(f.rejected, 0) || ' rejects' AS wanted
FROM source_files AS f
FULL JOIN (
    SELECT file_code, count(*) AS kept FROM rejected_rows GROUP BY file_code
) AS k USING (file_code)
WHERE coalesce(f.rejected, 0) <> coalesce(k.kept, 0)
ORDER BY file_code
