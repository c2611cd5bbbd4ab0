-- purpose: the first of some users by id
-- params: $system_code, $count; view: listed (user_code)
-- grain: one row a user, at most $count, ascending
-- columns: user_id
SELECT user_id
FROM users
WHERE system_code = $system_code AND user_code IN (SELECT user_code FROM listed)
ORDER BY user_id
LIMIT $count
