-- purpose: how many staged rows have which verdict
-- grain: one row
-- columns: accepted, duplicates, conflicts, events (the accepted rows that are events)
SELECT
    count(*) FILTER (verdict = 'accepted') AS accepted,
    count(*) FILTER (verdict = 'duplicate') AS duplicates,
    count(*) FILTER (verdict = 'conflict') AS conflicts,
    count(*) FILTER (
        verdict = 'accepted' AND line IN (SELECT line FROM staged_events)
    ) AS events
FROM verdicts
