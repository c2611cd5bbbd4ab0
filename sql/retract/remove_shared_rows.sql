-- purpose: the store holds no shared rows of the file
-- params: file_code
DELETE FROM shared_rows WHERE file_code = $file_code
