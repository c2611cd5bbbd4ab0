-- purpose: from when and until when each user is seen, after rows were taken out
-- params: system_code
-- grain: changes one row a user whose dates are others now
UPDATE users
SET
    first_event_at = dated.first_event_at,
    last_event_at = dated.last_event_at,
    first_attribute_at = dated.first_attribute_at
FROM (
    SELECT
        known.user_code,
        acted.first_event_at,
        acted.last_event_at,
        told.first_attribute_at
    FROM users AS known
    LEFT JOIN (
        SELECT
            user_code,
            min("at") AS first_event_at,
            max("at") AS last_event_at
        FROM events
        WHERE system_code = $system_code
        GROUP BY user_code
    ) AS acted USING (user_code)
    LEFT JOIN (
        SELECT user_code, min("at") AS first_attribute_at
        FROM attributes
        WHERE system_code = $system_code
        GROUP BY user_code
    ) AS told USING (user_code)
    WHERE known.system_code = $system_code
) AS dated
WHERE users.system_code = $system_code
    AND users.user_code = dated.user_code
    AND (users.first_event_at, users.last_event_at, users.first_attribute_at)
    IS DISTINCT FROM
    (dated.first_event_at, dated.last_event_at, dated.first_attribute_at)
