-- purpose: users named by an imported list have a code; without an event or attribute they are not known
-- params: $system; view: listed (user_id)
-- grain: one row a user that is new
INSERT INTO users (system_code, user_code, user_id)
SELECT
    s.system_code,
    (SELECT coalesce(max(user_code) + 1, 0) FROM users AS u WHERE u.system_code = s.system_code)
        + row_number() OVER (ORDER BY l.user_id) - 1,
    l.user_id
FROM listed AS l
JOIN systems AS s ON s.system = $system
WHERE NOT EXISTS (
    SELECT 1 FROM users AS u WHERE u.system_code = s.system_code AND u.user_id = l.user_id
)
