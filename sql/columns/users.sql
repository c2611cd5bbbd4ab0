-- purpose: how many users a system has; their codes are 0, 1, 2, …
-- params: $system_code
-- grain: one row
-- columns: users
SELECT count(*) AS users FROM users WHERE system_code = $system_code
