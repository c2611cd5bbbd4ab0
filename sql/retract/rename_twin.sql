-- purpose: a duplicate is one of the file that brings its content now
-- params: file_code, reason
-- grain: changes one row
UPDATE source_files SET reason = $reason WHERE file_code = $file_code
