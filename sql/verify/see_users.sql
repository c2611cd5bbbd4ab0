-- purpose: the users, known from what a run saw; after the events and attributes
INSERT INTO seen.users BY NAME
SELECT
    u.system_code,
    u.user_code,
    u.user_id,
    a.first_event_at,
    a.last_event_at,
    t.first_attribute_at
FROM users AS u
LEFT JOIN (
    SELECT system_code, user_code, min("at") AS first_event_at, max("at") AS last_event_at
    FROM seen.events
    GROUP BY system_code, user_code
) AS a USING (system_code, user_code)
LEFT JOIN (
    SELECT system_code, user_code, min("at") AS first_attribute_at
    FROM seen.attributes
    GROUP BY system_code, user_code
) AS t USING (system_code, user_code)
