-- purpose: the ingest position up to which the store holds everything
-- params: none
-- grain: one row
-- columns: position (0 when nothing was ever ingested)
SELECT coalesce(max(last_position), 0) AS position FROM source_files
