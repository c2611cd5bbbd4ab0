-- purpose: the users of the accepted rows, and when they were seen
-- grain: one row a user
-- columns: user_id, line (the first), first_event_at, last_event_at, first_attribute_at
CREATE OR REPLACE TEMP TABLE staged_users AS
SELECT
    user_id,
    min(line) AS line,
    min(event_at) AS first_event_at,
    max(event_at) AS last_event_at,
    min(attribute_at) AS first_attribute_at
FROM (
    SELECT line, user_id, "at" AS event_at, NULL AS attribute_at
    FROM staged_events
    UNION ALL
    SELECT line, user_id, NULL, "at" FROM kept_attributes
)
GROUP BY user_id
