-- purpose: the codes of users named by id
-- params: $system; view: listed (user_id)
-- grain: one row a user
-- columns: user_id, user_code
SELECT u.user_id, u.user_code
FROM users AS u
JOIN systems AS s USING (system_code)
JOIN listed AS l USING (user_id)
WHERE s.system = $system
