-- purpose: the remote segment is not there any more; should it be found again, others may have filled it
-- params: destination, segment_id
UPDATE syncs
SET remote_id = NULL, may_hold_others = true
WHERE destination = $destination AND segment_id = $segment_id
