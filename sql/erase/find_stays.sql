-- purpose: the stays of the users to be erased
-- columns: segment_id, user_code, entered_at, left_at, member_since, is_cut
CREATE OR REPLACE TEMP TABLE erased_stays AS
SELECT m.segment_id, m.user_code, m.entered_at, m.left_at, m.member_since, m.is_cut
FROM membership AS m
JOIN segments AS g USING (segment_id)
JOIN erased_users USING (system, user_code)
