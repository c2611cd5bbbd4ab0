-- purpose: the store has no events of the users to be erased
DELETE FROM events AS e
USING erased_users AS u
WHERE e.system_code = u.system_code AND e.user_code = u.user_code
