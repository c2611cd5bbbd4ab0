-- purpose: publish the users that destinations do not take
-- grain: one row a destination, segment and user
INSERT INTO published.sync_rejects BY NAME
SELECT
    destination,
    segment_id,
    user_id,
    reason,
    "at"
FROM sync_rejects
ORDER BY destination, segment_id, user_id
