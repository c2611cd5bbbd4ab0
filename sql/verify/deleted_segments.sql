-- purpose: the segments that were deleted, and when
-- grain: one row a deleted segment
-- columns: segment_id, deleted_at
SELECT segment_id, deleted_at FROM segments WHERE deleted_at IS NOT NULL
