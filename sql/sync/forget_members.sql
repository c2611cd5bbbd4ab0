-- purpose: nothing is known any more of who the destination holds of a segment
-- params: destination, segment_id
DELETE FROM sync_members
WHERE destination = $destination AND segment_id = $segment_id
