-- purpose: the number of the next request of a push
-- params: destination, segment_id, generation
-- grain: one row
-- columns: ordinal
SELECT coalesce(max(ordinal) + 1, 0) AS ordinal
FROM sync_batches
WHERE destination = $destination AND segment_id = $segment_id AND generation = $generation
