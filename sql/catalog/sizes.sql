-- purpose: how large a segment was, tick by tick
-- params: segment_id VARCHAR, until TIMESTAMPTZ (NULL: all)
-- grain: one row an evaluated tick, oldest first
-- columns: at, members, entered, exited
SELECT "at", members, entered, exited
FROM segment_sizes
WHERE segment_id = $segment_id AND ($until IS NULL OR "at" <= $until)
ORDER BY "at"
