-- purpose: the store holds no attributes of the file
-- params: file_code
DELETE FROM attributes WHERE file_code = $file_code
