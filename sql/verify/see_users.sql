-- purpose: the users as a run saw them, known from what it saw; after the events and attributes
-- params: $position
CREATE OR REPLACE TEMP TABLE users AS
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
    FROM events
    WHERE position <= $position
    GROUP BY system_code, user_code
) AS a USING (system_code, user_code)
LEFT JOIN (
    SELECT system_code, user_code, min("at") AS first_attribute_at
    FROM attributes
    WHERE position <= $position
    GROUP BY system_code, user_code
) AS t USING (system_code, user_code)
