-- purpose: every Parquet file of events that is live, or retired and still kept for readers
-- grain: one row a file
-- columns: file
SELECT file FROM published_parts
