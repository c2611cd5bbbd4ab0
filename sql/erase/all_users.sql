-- purpose: every user that the store or the books of pushes name
-- grain: one row a user
-- columns: user_id
SELECT user_id FROM users
UNION
SELECT user_id FROM sync_members
UNION
SELECT user_id FROM sync_rejects
UNION
SELECT unnest(user_ids) AS user_id FROM sync_batches
UNION
SELECT user_id FROM notices
