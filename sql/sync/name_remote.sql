-- purpose: the name under which the remote segment is created, NULL when it was refused
-- params: destination, segment_id, remote_name
UPDATE syncs
SET remote_name = $remote_name
WHERE destination = $destination AND segment_id = $segment_id
