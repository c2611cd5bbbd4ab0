-- purpose: from when and until when each user is seen, the drawn rows included
-- params: none
-- grain: changes one row a user of the drawn rows
UPDATE users
SET
    first_event_at = least(first_event_at, make_timestamptz(seen.first_event)),
    last_event_at = greatest(last_event_at, make_timestamptz(seen.last_event)),
    first_attribute_at = least(first_attribute_at, make_timestamptz(seen.first_attribute))
FROM (
    SELECT
        user_code,
        min(event_us) AS first_event,
        max(event_us) AS last_event,
        min(attribute_us) AS first_attribute
    FROM (
        SELECT user_code, at_us AS event_us, NULL::BIGINT AS attribute_us FROM drawn
        UNION ALL
        SELECT user_code, NULL, at_us FROM drawn_attributes
    )
    GROUP BY user_code
) AS seen
WHERE users.user_code = seen.user_code
