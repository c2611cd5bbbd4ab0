-- purpose: the store holds no rejected rows of the file
-- params: file_code
DELETE FROM rejected_rows WHERE file_code = $file_code
