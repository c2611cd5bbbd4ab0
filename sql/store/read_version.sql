-- purpose: the newest migration this store has had
-- grain: one row
-- columns: version
SELECT max(version) AS version FROM schema_version
