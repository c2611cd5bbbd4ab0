-- purpose: write the analysts' database under construction from the store's connection
-- params: $path
ATTACH $path AS published
