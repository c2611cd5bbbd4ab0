-- purpose: every file of columns that counts
-- params: none
-- grain: one row a file
-- columns: file
SELECT file FROM column_runs UNION ALL SELECT file FROM column_values
