-- purpose: a written Parquet file is one of those that hold the events
-- params: $part, $after, $upto (positions, the first excluded), $rows, $file
INSERT INTO published_parts VALUES ($part, $after, $upto, $rows, $file, NULL)
