-- purpose: the name that the remote segment has from now on, NULL when it was not created
-- params: destination, segment_id, remote_name
UPDATE syncs
SET remote_name = $remote_name
WHERE destination = $destination AND segment_id = $segment_id
