-- purpose: loaded files of which a row is not accounted for exactly once
-- grain: one row such a file
-- columns: subject, found, wanted
SELECT
    path AS subject,
    accepted + duplicates + conflicts + rejected + skipped || ' rows accounted for' AS found,
    rows || ' rows read' AS wanted
FROM source_files
WHERE rows <> accepted + duplicates + conflicts + rejected + skipped
ORDER BY file_code
