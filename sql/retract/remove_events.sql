-- purpose: the store holds no events of the file
-- params: file_code
DELETE FROM events WHERE file_code = $file_code
