-- purpose: publish where the definition of each segment stands
-- grain: one row a segment that is not deleted
INSERT INTO published.segment_files BY NAME
SELECT segment_id, file, is_orphaned AS orphaned, expired_at
FROM segments
WHERE deleted_at IS NULL
ORDER BY segment_id
