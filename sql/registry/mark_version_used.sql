-- purpose: the first tick that used a version is recorded
-- params: $segment_id, $version, $at
-- grain: one row or none
UPDATE segment_versions SET first_used_at = $at
WHERE segment_id = $segment_id AND version = $version AND first_used_at IS NULL
