-- purpose: the code of a user of a system
-- params: $system, $user_id
-- grain: one row or none
-- columns: user_code
SELECT u.user_code
FROM users AS u
JOIN systems AS s USING (system_code)
WHERE s.system = $system AND u.user_id = $user_id
