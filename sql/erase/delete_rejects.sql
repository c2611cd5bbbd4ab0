-- purpose: the users that destinations do not take are told without the erased ones
-- params: the lent frame erased (user_id)
DELETE FROM sync_rejects WHERE user_id IN (SELECT user_id FROM erased)
