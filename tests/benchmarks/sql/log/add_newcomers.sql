-- purpose: the store knows the users that the drawn events name for the first time
-- params: none
-- grain: adds one row a new user
INSERT INTO users (system_code, user_code, user_id)
SELECT DISTINCT 0, user_code, 'user-' || user_code
FROM drawn
WHERE user_code > (SELECT max(user_code) FROM users)
ORDER BY user_code
