-- purpose: requests that were planned and never sent are planned anew
-- params: destination, segment_id
DELETE FROM sync_batches
WHERE destination = $destination AND segment_id = $segment_id AND outcome = 'planned'
