-- purpose: how many staged rows are new records, duplicates, conflicts
-- grain: one row
-- columns: records, duplicates, conflicts
SELECT
    (
        SELECT count(DISTINCT line)
        FROM kept_attributes
        ANTI JOIN staged_events USING (line)
        ANTI JOIN verdicts USING (line)
    ) AS records,
    count(*) FILTER (verdict = 'duplicate') AS duplicates,
    count(*) FILTER (verdict = 'conflict') AS conflicts
FROM verdicts
