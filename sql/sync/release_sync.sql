-- purpose: a push does not wait any more; the next one makes it
-- params: destination, segment_id, reason
UPDATE syncs SET status = 'behind', reason = $reason
WHERE destination = $destination AND segment_id = $segment_id
