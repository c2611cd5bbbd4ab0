-- purpose: the systems that know the users to be erased
-- grain: one row a system
-- columns: system_code
SELECT DISTINCT system_code FROM erased_users ORDER BY system_code
