-- purpose: of the staged events only the accepted ones are left
-- grain: removes one row an event with a verdict
DELETE FROM staged_events WHERE line IN (SELECT line FROM verdicts)
