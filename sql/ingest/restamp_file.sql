-- purpose: a file was written anew with the content it had: it need not be hashed again
-- params: file_code, stamp
-- grain: changes one row
UPDATE source_files SET stamp = $stamp WHERE file_code = $file_code
