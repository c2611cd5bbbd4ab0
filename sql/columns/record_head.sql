-- purpose: the columns of a system reach an ingest position
-- params: $system_code, $position
-- grain: one row
INSERT OR REPLACE INTO column_heads (system_code, position) VALUES ($system_code, $position)
