-- purpose: the first tick that used a version is recorded, of the segments a tick evaluated
-- params: view: standings (segment_id, version, evaluated_at)
-- grain: one row a segment whose version is used for the first time
UPDATE segment_versions SET first_used_at = standings.evaluated_at
FROM standings
WHERE segment_versions.segment_id = standings.segment_id
  AND segment_versions.version = standings.version
  AND segment_versions.first_used_at IS NULL
  AND standings.evaluated_at IS NOT NULL
