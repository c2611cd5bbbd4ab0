-- purpose: publish the lines that could not be read
-- grain: one row a line
INSERT INTO published.rejected_rows BY NAME
SELECT f.path, r.line, r.reason, r.raw
FROM rejected_rows AS r
JOIN source_files AS f USING (file_code)
ORDER BY f.path, r.line
