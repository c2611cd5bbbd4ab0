-- purpose: whom requests of these outcomes were to tell is told later
-- params: destination, segment_id, outcomes
DELETE FROM notices AS n
USING sync_batches AS b
WHERE b.batch_id = n.batch_id AND b.destination = $destination AND b.segment_id = $segment_id
  AND b.outcome IN (SELECT unnest($outcomes::VARCHAR[]))
