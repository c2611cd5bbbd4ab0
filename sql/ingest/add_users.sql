-- purpose: users whom the accepted rows name for the first time get codes in order of first sight
-- params: system_code
-- grain: adds one row a new user
INSERT INTO users (system_code, user_code, user_id)
SELECT
    $system_code,
    (
        SELECT coalesce(max(user_code) + 1, 0)
        FROM users
        WHERE system_code = $system_code
    ) + row_number() OVER (ORDER BY line) - 1,
    user_id
FROM staged_users
WHERE user_id NOT IN (SELECT user_id FROM users WHERE system_code = $system_code)
