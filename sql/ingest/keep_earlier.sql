-- purpose: only what an earlier file brought counts; a file that is read again is not the newest
-- params: file_code
-- Not a condition of find_stored: guessing how few rows it leaves, DuckDB would at times build its hash
-- table of the whole history instead of the file.
DELETE FROM stored_before WHERE file_code >= $file_code
