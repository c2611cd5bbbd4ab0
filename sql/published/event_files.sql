-- purpose: the Parquet files that the view of events reads
-- grain: one row a file
-- columns: file (absolute path)
SELECT file FROM event_files
