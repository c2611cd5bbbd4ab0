-- purpose: the memberships are the given stays
-- params: the lent frame stays (segment_id, user_id, entered_at, left_at, version, member_since, is_cut)
INSERT INTO membership BY NAME
SELECT
    t.segment_id,
    u.user_code,
    t.entered_at,
    t.left_at,
    t.version,
    t.member_since,
    t.is_cut
FROM stays AS t
JOIN segments AS g USING (segment_id)
JOIN systems AS s USING (system)
JOIN users AS u USING (system_code, user_id)
ORDER BY t.segment_id, t.entered_at, u.user_code
