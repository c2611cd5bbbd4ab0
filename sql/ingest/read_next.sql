-- purpose: the code of the next file and the position of its first line
-- grain: one row
-- columns: file_code, first_position
SELECT
    coalesce(max(file_code) + 1, 0) AS file_code,
    coalesce(max(last_position), 0) + 1 AS first_position
FROM source_files
