-- purpose: who could not be told, as the last push has it
-- params: destination, segment_id
-- grain: one row a user
-- columns: user_id, reason
SELECT user_id, reason
FROM sync_rejects
WHERE destination = $destination AND segment_id = $segment_id
