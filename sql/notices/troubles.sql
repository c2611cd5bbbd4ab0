-- purpose: the troubles that go on
-- params: none
-- grain: one row a trouble
-- columns: event, subject, reason, began_at
SELECT event, subject, reason, began_at FROM troubles ORDER BY event, subject
