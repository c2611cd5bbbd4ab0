-- purpose: the segments that the users to be erased were ever in
-- grain: one row a segment
-- columns: segment_id
SELECT DISTINCT segment_id FROM erased_stays ORDER BY segment_id
