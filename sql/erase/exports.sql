-- purpose: the exports of segments that the users to be erased were in
-- grain: one row an export
-- columns: export_id, file
SELECT export_id, file FROM exports
WHERE segment_id IN (SELECT segment_id FROM erased_stays)
ORDER BY file
