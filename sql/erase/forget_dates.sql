-- purpose: the erased users are not known, from no instant on
UPDATE users SET first_event_at = NULL, last_event_at = NULL, first_attribute_at = NULL
FROM erased_users AS e
WHERE users.system_code = e.system_code AND users.user_code = e.user_code
