-- purpose: the Parquet files that hold the published events
-- grain: one row a file
-- columns: file (absolute path)
SELECT file FROM published.event_files
