-- purpose: the codes of the users to be erased, in every system that knows them
-- params: the lent frame erased (user_id)
-- columns: system_code, system, user_code, user_id
CREATE OR REPLACE TEMP TABLE erased_users AS
SELECT s.system_code, s.system, u.user_code, u.user_id
FROM users AS u
JOIN systems AS s USING (system_code)
JOIN erased USING (user_id)
