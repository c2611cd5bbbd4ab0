-- purpose: how many positions the rows of a file take
-- params: file_code
-- columns: lines (null when it has no rows)
SELECT last_position - first_position + 1 AS lines
FROM source_files
WHERE file_code = $file_code
