-- purpose: which versions of which segments were measured, and when last
-- grain: one row a segment and version
-- columns: segment_id, version, at
SELECT segment_id, version, max("at") AS "at"
FROM condition_sizes
GROUP BY segment_id, version
