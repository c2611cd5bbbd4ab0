-- purpose: read the store that is copied
-- params: $path
ATTACH $path AS old (READ_ONLY)
