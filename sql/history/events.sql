-- purpose: the events of some names inside half-open bounds, with values under JSON paths
-- params: $system_code, $event_codes, $start_us, $end_us, $user_code (null: every user), $paths
-- grain: one row an event, by user
-- columns: user_code, at_us, position, raw (one canonical JSON text a path, null where nothing is),
--   wide (all properties, where a number is too long for DuckDB's reader)
SELECT
    user_code,
    epoch_us("at") AS at_us,
    position,
    json_extract(properties, $paths::VARCHAR[]) AS raw,
    CASE WHEN is_wide THEN properties END AS wide
FROM events
WHERE system_code = $system_code
  AND event_code IN (SELECT unnest($event_codes::UINTEGER[]))
  AND "at" >= make_timestamptz($start_us) AND "at" < make_timestamptz($end_us)
  AND ($user_code IS NULL OR user_code = $user_code)
ORDER BY user_code
