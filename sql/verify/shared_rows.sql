-- purpose: notes of shared rows that name no two loaded files, the earlier first
-- grain: one row such a note
-- columns: subject, found, wanted
SELECT
    coalesce(f.path, 'file ' || s.file_code) AS subject,
    s.rows || ' rows shared with ' || coalesce(e.path, 'file ' || s.earlier_code) AS found,
    'rows shared with an earlier file, both loaded' AS wanted
FROM shared_rows AS s
LEFT JOIN source_files AS f ON f.file_code = s.file_code
LEFT JOIN source_files AS e ON e.file_code = s.earlier_code
WHERE s.earlier_code >= s.file_code
    OR s.rows < 1
    OR f.accepted IS NULL
    OR e.status IS DISTINCT FROM 'loaded' AND e.status IS DISTINCT FROM 'duplicate'
ORDER BY s.file_code, s.earlier_code
