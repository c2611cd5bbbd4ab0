-- purpose: write the events of several Parquet files to one
-- params: $files, $path
-- grain: one row an event, in the order of write_part.sql
-- columns: those of the files
COPY (
    FROM read_parquet($files)
    ORDER BY system, event, user_id, timestamp, event_id
) TO $path (FORMAT parquet, COMPRESSION zstd)
