-- purpose: the events of a system that came in between two ingest positions, in the order of columns
-- params: $system_code, $after, $upto (positions in (after, upto]), $start_us, $end_us (half-open)
-- grain: one row an event, by event, user and time
-- columns: event_code, user_code, at_us, keys (top-level), raw (their values as canonical JSON, in the same order), wide (all properties, where a number is too long for DuckDB's reader)
SELECT
    event_code,
    user_code,
    epoch_us("at") AS at_us,
    json_keys(properties) AS keys,
    (properties -> '$.*')::VARCHAR[] AS raw,
    CASE WHEN is_wide THEN properties END AS wide
FROM events
WHERE system_code = $system_code
  AND position > $after AND position <= $upto
  AND "at" >= make_timestamptz($start_us) AND "at" < make_timestamptz($end_us)
ORDER BY event_code, user_code, at_us, position
