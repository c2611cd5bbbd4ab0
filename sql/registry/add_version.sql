-- purpose: a new version of a definition is kept
-- params: $segment_id, $version, $fingerprint, $definition, $now
-- grain: one row
INSERT INTO segment_versions (segment_id, version, fingerprint, definition, created_at)
VALUES ($segment_id, $version, $fingerprint, $definition, $now)
