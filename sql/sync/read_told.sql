-- purpose: everybody whom a destination was ever told of, for a segment
-- params: destination, segment_id
-- grain: one row a user, any order
-- columns: user_id
SELECT DISTINCT unnest(user_ids) AS user_id
FROM sync_batches
WHERE destination = $destination AND segment_id = $segment_id AND outcome <> 'planned'
