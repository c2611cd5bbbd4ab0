-- purpose: the books of destinations do not name the erased users
-- params: the lent frame erased (user_id)
DELETE FROM sync_members WHERE user_id IN (SELECT user_id FROM erased)
