-- purpose: which remote segment is ours, and whether users that we do not know may be in it
-- params: destination, segment_id, remote_id, may_hold_others
UPDATE syncs
SET remote_id = $remote_id, may_hold_others = $may_hold_others
WHERE destination = $destination AND segment_id = $segment_id
