-- purpose: what the store holds of the users to be erased
-- grain: one row
-- columns: events, attributes, stays
SELECT
    (SELECT count(*) FROM events SEMI JOIN erased_users USING (system_code, user_code)) AS events,
    (SELECT count(*) FROM attributes SEMI JOIN erased_users USING (system_code, user_code)) AS attributes,
    (SELECT count(*) FROM erased_stays) AS stays
