-- purpose: the difference that waits may be sent
-- params: destination, segment_id, at
UPDATE sync_holds SET approved_at = $at
WHERE destination = $destination AND segment_id = $segment_id
