-- purpose: no push of the segment to the destination waits any more
-- params: destination, segment_id
DELETE FROM sync_holds
WHERE destination = $destination AND segment_id = $segment_id
