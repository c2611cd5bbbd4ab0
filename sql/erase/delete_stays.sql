-- purpose: the erased users were never members
DELETE FROM membership AS m
USING segments AS g, erased_users AS u
WHERE g.segment_id = m.segment_id AND u.system = g.system AND u.user_code = m.user_code
