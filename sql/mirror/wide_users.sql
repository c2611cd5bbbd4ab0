-- purpose: the users with a number that DuckDB's JSON reader would round
-- grain: one row a user
-- columns: system_code, user_code, at, attributes
SELECT system_code, user_code, first_event_at AS "at", attributes FROM users WHERE is_wide
