-- purpose: from now on the segment is the remote one that its definition names
-- params: destination, segment_id, remote_id, adopted_as
UPDATE syncs
SET remote_id = $remote_id, remote_name = NULL, adopted_as = $adopted_as, may_hold_others = true
WHERE destination = $destination AND segment_id = $segment_id
