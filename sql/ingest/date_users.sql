-- purpose: from when and until when each user is seen, the accepted rows included
-- params: system_code
-- grain: changes one row a user of the accepted rows
UPDATE users
SET
    first_event_at = least(users.first_event_at, seen.first_event_at),
    last_event_at = greatest(users.last_event_at, seen.last_event_at),
    first_attribute_at = least(users.first_attribute_at, seen.first_attribute_at)
FROM staged_users AS seen
WHERE users.system_code = $system_code AND users.user_id = seen.user_id
