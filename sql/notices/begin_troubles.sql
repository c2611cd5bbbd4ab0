-- purpose: troubles that are new begin now
-- params: at; frame current(event, subject, reason)
INSERT INTO troubles
SELECT c.event, c.subject, c.reason, $at
FROM current AS c
WHERE NOT EXISTS (FROM troubles AS t WHERE t.event = c.event AND t.subject = c.subject)
