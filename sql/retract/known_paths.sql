-- purpose: every path the ledger knows, to find the nearest
-- grain: one row a path
SELECT DISTINCT path FROM source_files ORDER BY path
