-- purpose: the version of a definition that decided a membership at an instant
-- params: $segment_id, $at
-- grain: one row; before any version was used, the first one
-- columns: version, definition
SELECT version, definition
FROM segment_versions
WHERE segment_id = $segment_id
ORDER BY coalesce(first_used_at <= $at, false) DESC, CASE WHEN first_used_at <= $at THEN -version ELSE version END
LIMIT 1
