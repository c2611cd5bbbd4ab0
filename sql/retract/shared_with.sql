-- purpose: whether any of these files had told some of a file's rows before
-- params: file_code, earlier_codes
-- columns: shared
SELECT count(*) > 0 AS shared
FROM shared_rows
WHERE file_code = $file_code AND earlier_code IN (SELECT unnest($earlier_codes))
