-- purpose: publish what each condition does to the size of its segment
-- grain: one row a segment, instant and condition
INSERT INTO published.condition_sizes BY NAME
SELECT
    segment_id,
    "at",
    version,
    place,
    rule,
    users,
    kept_out
FROM condition_sizes
ORDER BY segment_id, "at", place
