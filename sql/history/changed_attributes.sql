-- purpose: the users some of whose attributes came in, or became due, since a tick
-- params: $system_code, $keys, $after (ingest position), $was_us and $now_us (the instants of the ticks)
-- grain: one row a user, ascending
-- columns: user_code
SELECT DISTINCT user_code
FROM attributes
WHERE system_code = $system_code
  AND key IN (SELECT unnest($keys))
  AND "at" < make_timestamptz($now_us)
  AND (position > $after OR "at" >= make_timestamptz($was_us))
ORDER BY user_code
