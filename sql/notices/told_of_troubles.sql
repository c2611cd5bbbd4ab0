-- purpose: which troubles an operator was told of where
-- params: destination
-- grain: one row a trouble, user and Workstation system
-- columns: event, subject, user_id, at, system_id
SELECT n.event, n.subject, n.user_id, n.at, n.system_id
FROM notices AS n
JOIN troubles AS t ON t.event = n.event AND t.subject = n.subject AND t.began_at = n.at
WHERE n.destination = $destination
