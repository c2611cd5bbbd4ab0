-- purpose: nobody knows what the erased users were told
-- params: the lent frame erased (user_id)
DELETE FROM notices WHERE user_id IN (SELECT user_id FROM erased)
