-- purpose: a segment is deleted; its id stays taken
-- params: $segment_id, $at
-- grain: one row
UPDATE segments SET status = 'Deleted', status_reason = NULL, members = 0, deleted_at = $at
WHERE segment_id = $segment_id
