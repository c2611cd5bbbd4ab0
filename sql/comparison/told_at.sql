-- purpose: when a segment was told first, and when last until an instant
-- params: $segment_id, $at
-- grain: one row
-- columns: first_at, told_at (both null when there is none)
SELECT min("at") AS first_at, max("at") FILTER ("at" <= $at) AS told_at
FROM segment_sizes
WHERE segment_id = $segment_id
