-- purpose: publish how many members each segment had
-- grain: one row a segment and evaluated tick
INSERT INTO published.segment_sizes BY NAME
SELECT
    segment_id,
    "at",
    members,
    entered,
    exited
FROM segment_sizes
ORDER BY segment_id, "at"
