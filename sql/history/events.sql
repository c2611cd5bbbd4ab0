-- purpose: the events of some names inside half-open bounds
-- params: $system_code, $event_codes, $start_us, $end_us, $user_code (null: every user)
-- grain: one row an event
-- columns: user_code, at_us, position
SELECT user_code, epoch_us("at") AS at_us, position
FROM events
WHERE system_code = $system_code
  AND event_code IN (SELECT unnest($event_codes))
  AND "at" >= make_timestamptz($start_us) AND "at" < make_timestamptz($end_us)
  AND ($user_code IS NULL OR user_code = $user_code)
