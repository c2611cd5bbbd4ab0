-- purpose: requests that were sent and never answered are of unknown outcome; their users must be doubted before
-- params: destination, segment_id, detail, at
UPDATE sync_batches
SET outcome = 'unknown', detail = $detail, answered_at = $at
WHERE destination = $destination AND segment_id = $segment_id AND outcome = 'sent'
