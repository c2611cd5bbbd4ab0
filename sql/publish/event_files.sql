-- purpose: publish the list of the Parquet files that hold the events
-- params: $folder (absolute, with its separator at the end)
-- grain: one row a file
INSERT INTO published.event_files BY NAME
SELECT $folder || file AS file, rows
FROM published_parts
WHERE retired_at IS NULL
ORDER BY after_position
