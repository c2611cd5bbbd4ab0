-- purpose: the store has no attributes of the users to be erased
DELETE FROM attributes AS a
USING erased_users AS u
WHERE a.system_code = u.system_code AND a.user_code = u.user_code
