-- purpose: the number of the next Parquet file, greater than any that is remembered
-- grain: one row
-- columns: part
SELECT coalesce(max(part), 0) + 1 AS part FROM published_parts
