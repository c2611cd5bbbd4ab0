-- purpose: the rejected rows of the file are kept with their reasons
-- params: file_code
-- grain: adds one row a rejected row
INSERT INTO rejected_rows
SELECT $file_code, line, reason, raw FROM staged_rejects ORDER BY line
