-- purpose: requests that the destination took on and that nobody saw the end of
-- params: destination, segment_id
-- grain: one row a request, oldest first
-- columns: batch_id, action, user_ids, job, planned_at
SELECT batch_id, action, user_ids, job, planned_at
FROM sync_batches
WHERE destination = $destination AND segment_id = $segment_id AND job IS NOT NULL
ORDER BY generation, ordinal
