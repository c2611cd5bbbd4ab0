-- purpose: the known users of one system, with codes of their own
-- params: $system
-- grain: one row a user; codes are 0, 1, 2, …
INSERT INTO users
SELECT
    y.system_code,
    row_number() OVER (ORDER BY u.user_id) - 1 AS user_code,
    u.user_id,
    u.first_seen_at AS first_event_at,
    NULL AS last_event_at,
    NULL AS first_attribute_at,
    u.attributes,
    regexp_matches(u.attributes, '[0-9.]{16}|0\.0000') AS is_wide
FROM published.users AS u
JOIN systems AS y USING (system)
WHERE u.system = $system
