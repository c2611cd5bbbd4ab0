-- purpose: troubles that are over are forgotten; the next one of the kind is another
-- params: frame current(event, subject, reason)
DELETE FROM troubles AS t
WHERE NOT EXISTS (FROM current AS c WHERE c.event = t.event AND c.subject = t.subject)
