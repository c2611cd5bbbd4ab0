-- purpose: what does not decide membership (name, description, destinations) is brought up to date
-- params: $segment_id, $version, $definition
-- grain: one row
UPDATE segment_versions SET definition = $definition
WHERE segment_id = $segment_id AND version = $version
