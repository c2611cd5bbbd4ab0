-- purpose: the ids of the users of a system
-- params: $system_code
-- grain: one row a user, in code order
-- columns: user_code, user_id
SELECT user_code, user_id FROM users WHERE system_code = $system_code ORDER BY user_code
