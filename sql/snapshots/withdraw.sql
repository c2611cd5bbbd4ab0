-- purpose: the snapshot of a tick that is told again with the content of the one before is no longer needed
-- params: $segment_id, $at
-- grain: one row or none
DELETE FROM snapshots WHERE segment_id = $segment_id AND "at" >= $at
