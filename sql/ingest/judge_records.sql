-- purpose: what becomes of each staged attribute record: accepted when any of it is new, else a duplicate
-- grain: adds one row a record that belongs to no event
INSERT INTO verdicts
SELECT
    line,
    CASE
        WHEN line IN (SELECT line FROM kept_attributes) THEN 'accepted'
        ELSE 'duplicate'
    END AS verdict,
    NULL AS origin
FROM (SELECT DISTINCT line FROM staged_attributes)
WHERE line NOT IN (SELECT line FROM staged_events)
