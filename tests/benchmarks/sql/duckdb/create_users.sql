-- purpose: the users with the latest values of their attributes, in code order
-- params: $file
-- grain: one row a user
CREATE OR REPLACE TABLE users AS FROM read_parquet($file)
