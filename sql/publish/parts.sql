-- purpose: the Parquet files that together hold every published event once
-- grain: one row a live file, by position
-- columns: part, after_position, upto_position, rows, file
SELECT part, after_position, upto_position, rows, file
FROM published_parts
WHERE retired_at IS NULL
ORDER BY after_position
