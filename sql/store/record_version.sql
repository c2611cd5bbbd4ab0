-- purpose: note that a migration was applied, in its own transaction
-- params: version, name
INSERT INTO schema_version VALUES ($version, $name)
