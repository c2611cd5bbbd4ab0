-- purpose: the files that told of the users to be erased, with those that hold the same rows
-- grain: one row a path
-- columns: path
WITH told AS (
    SELECT DISTINCT file_code FROM erased_rows
),
shared AS (
    SELECT file_code FROM told
    UNION
    SELECT s.file_code FROM shared_rows AS s JOIN told AS t ON t.file_code = s.earlier_code
)
SELECT DISTINCT f.path
FROM source_files AS f
JOIN source_files AS same ON same.sha256 = f.sha256
JOIN shared ON shared.file_code = same.file_code
ORDER BY f.path
