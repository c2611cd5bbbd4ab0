-- purpose: an unanswered replacement may have taken out everybody who was there
-- params: destination, segment_id
UPDATE sync_members
SET state = 'unknown'
WHERE destination = $destination AND segment_id = $segment_id
  AND EXISTS (
    FROM sync_batches AS b
    WHERE b.destination = $destination AND b.segment_id = $segment_id
      AND b.outcome = 'sent' AND b.action = 'replace'
  )
