-- purpose: look into the analysts' database as it is
-- params: $path
ATTACH $path AS shown (READ_ONLY)
