-- purpose: the codes of the erased users stand for nobody: no id begins with a control character
UPDATE users SET user_id = chr(127) || e.user_code
FROM erased_users AS e
WHERE users.system_code = e.system_code AND users.user_code = e.user_code
