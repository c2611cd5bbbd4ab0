-- purpose: the store knows users up to a code, and when each was first and last seen
-- params: $users (how many)
-- grain: adds one row a user
INSERT INTO users
SELECT
    0 AS system_code,
    user_code,
    'user-' || user_code AS user_id,
    first_event_at,
    last_event_at,
    first_attribute_at
FROM (SELECT i::UINTEGER AS user_code FROM range($users) AS t (i))
LEFT JOIN (
    SELECT user_code, min("at") AS first_event_at, max("at") AS last_event_at
    FROM events
    GROUP BY user_code
) USING (user_code)
LEFT JOIN (
    SELECT user_code, min("at") AS first_attribute_at FROM attributes GROUP BY user_code
) USING (user_code)
ORDER BY user_code
