-- purpose: events and attributes of other users that name an erased user in a value
-- params: $pattern
-- grain: one row
-- columns: mentions
SELECT
    (SELECT count(*) FROM events WHERE regexp_matches(properties::VARCHAR, $pattern))
    + (SELECT count(*) FROM attributes WHERE regexp_matches(value, $pattern)) AS mentions
