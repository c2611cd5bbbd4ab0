-- purpose: attribute records of which nothing is new are duplicates
-- grain: adds one row such a record; every other one is accepted
INSERT INTO verdicts
SELECT DISTINCT line, 'duplicate', NULL
FROM staged_attributes
ANTI JOIN staged_events USING (line)
ANTI JOIN verdicts USING (line)
ANTI JOIN kept_attributes USING (line)
