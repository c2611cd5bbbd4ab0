-- purpose: who was not told after all is told later: by requests of these outcomes, and of refused ones by those that
--   were to be split
-- params: destination, segment_id, outcomes
DELETE FROM notices AS n
USING sync_batches AS b
WHERE b.batch_id = n.batch_id AND b.destination = $destination AND b.segment_id = $segment_id
  AND (
    b.outcome IN (SELECT unnest($outcomes::VARCHAR[]))
    OR (b.outcome = 'refused' AND len(b.user_ids) > 1)
  )
