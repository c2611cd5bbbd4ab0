-- purpose: how much of the store's file holds nothing
-- grain: one row
-- columns: free_bytes, total_bytes
SELECT free_blocks * block_size AS free_bytes, total_blocks * block_size AS total_bytes
FROM pragma_database_size()
WHERE database_name = current_database()
