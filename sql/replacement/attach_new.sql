-- purpose: write the copy of the store
-- params: $path
ATTACH $path AS new
