-- purpose: from when each user of a system is known
-- params: $system_code
-- grain: one row a user, in any order; codes are 0, 1, 2, …
-- columns: user_code, known_from_us (microseconds; the user is known after this instant)
SELECT
    user_code,
    epoch_us(least(first_event_at, first_attribute_at)) AS known_from_us
FROM users
WHERE system_code = $system_code
