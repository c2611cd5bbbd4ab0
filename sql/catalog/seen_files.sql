-- purpose: every file the ledger has looked at
-- params: none
-- grain: one row a source and path
-- columns: source, path
SELECT DISTINCT source, path
FROM source_files
