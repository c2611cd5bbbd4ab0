-- purpose: publish the known users, with the latest value of each attribute
-- params: $now (records from then on are not in effect yet)
-- grain: one row a user of a system
INSERT INTO published.users BY NAME
WITH latest AS (
    SELECT
        system_code,
        user_code,
        key,
        max_by(value, ("at", value)) AS value,
        max("at") AS "at"
    FROM attributes
    WHERE "at" < $now
    GROUP BY system_code, user_code, key
),
merged AS (
    SELECT
        system_code,
        user_code,
        max(latest.at) AS last_record_at,
        -- Text, not json_group_object: that would round a long number.
        string_agg(to_json(key) || ':' || value, ',' ORDER BY key)
            FILTER (value <> 'null') AS members
    FROM latest
    GROUP BY system_code, user_code
)
SELECT
    s.system,
    u.user_id,
    least(u.first_event_at, u.first_attribute_at) AS first_seen_at,
    coalesce(u.last_event_at, m.last_record_at, u.first_attribute_at) AS last_seen_at,
    '{' || coalesce(m.members, '') || '}' AS attributes
FROM users AS u
JOIN systems AS s USING (system_code)
LEFT JOIN merged AS m USING (system_code, user_code)
WHERE least(u.first_event_at, u.first_attribute_at) < $now
ORDER BY s.system, u.user_id
