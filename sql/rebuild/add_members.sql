-- purpose: members who are in no file, as those of a Classic segment, have a code
-- params: the lent frame stays (segment_id, user_id)
-- grain: adds one row a user
INSERT INTO users (system_code, user_code, user_id)
SELECT
    system_code,
    (SELECT coalesce(max(user_code) + 1, 0) FROM users AS k WHERE k.system_code = listed.system_code)
    + row_number() OVER (PARTITION BY system_code ORDER BY user_id) - 1,
    user_id
FROM (
    SELECT DISTINCT s.system_code, t.user_id
    FROM stays AS t
    JOIN segments AS g USING (segment_id)
    JOIN systems AS s USING (system)
) AS listed
ANTI JOIN users USING (system_code, user_id)
