-- purpose: users who are known from, or seen until, other instants than their rows say
-- grain: one row such a user
-- columns: subject, found, wanted
WITH acted AS (
    SELECT system_code, user_code, min("at") AS first_at, max("at") AS last_at
    FROM events
    GROUP BY system_code, user_code
),
told AS (
    SELECT system_code, user_code, min("at") AS first_at
    FROM attributes
    GROUP BY system_code, user_code
)
SELECT
    s.system || ' ' || u.user_id AS subject,
    concat_ws(', ', u.first_event_at, u.last_event_at, u.first_attribute_at) AS found,
    concat_ws(', ', a.first_at, a.last_at, t.first_at) AS wanted
FROM users AS u
JOIN systems AS s USING (system_code)
LEFT JOIN acted AS a USING (system_code, user_code)
LEFT JOIN told AS t USING (system_code, user_code)
WHERE (u.first_event_at, u.last_event_at, u.first_attribute_at)
    IS DISTINCT FROM (a.first_at, a.last_at, t.first_at)
ORDER BY s.system, u.user_id
