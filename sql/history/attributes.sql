-- purpose: the records of some top-level attribute keys; which of a user's counts is for who asks to say
-- params: $system_code, $keys, $end_us, $low and $high (user codes, null: every user), $user_codes (null: every user)
-- grain: one row a record
-- columns: user_code, key, value (canonical JSON; `null` unsets), at (microseconds)
SELECT
    user_code,
    key,
    value,
    epoch_us("at") AS "at"
FROM attributes
WHERE system_code = $system_code
  AND key IN (SELECT unnest($keys))
  AND "at" < make_timestamptz($end_us)
  AND ($low IS NULL OR user_code >= $low)
  AND ($high IS NULL OR user_code < $high)
  AND ($user_codes IS NULL OR user_code IN (SELECT unnest($user_codes::UINTEGER[])))
