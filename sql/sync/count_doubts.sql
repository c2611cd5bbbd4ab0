-- purpose: users of whom it is not known whether a destination holds them
-- params: destination, segment_id
-- grain: one row
-- columns: users
SELECT count(*) AS users
FROM sync_members
WHERE destination = $destination AND segment_id = $segment_id AND state = 'unknown'
