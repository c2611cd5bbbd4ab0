-- purpose: the latest value of some top-level attribute keys, by event time and not by arrival
-- params: $system_code, $keys, $end_us, $user_codes (null: every user)
-- grain: one row a user and key
-- columns: user_code, key, value (canonical JSON; `null` unsets), at_us
SELECT
    user_code,
    key,
    -- at the same instant the greater canonical JSON wins
    max_by(value, ("at", value)) AS value,
    epoch_us(max("at")) AS at_us
FROM attributes
WHERE system_code = $system_code
  AND key IN (SELECT unnest($keys))
  AND "at" < make_timestamptz($end_us)
  AND ($user_codes IS NULL OR user_code IN (SELECT unnest($user_codes::UINTEGER[])))
GROUP BY user_code, key
