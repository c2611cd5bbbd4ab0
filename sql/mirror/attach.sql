-- purpose: the analysts' database is open beside an empty one, for reading only
-- params: $path
ATTACH $path AS published (READ_ONLY)
