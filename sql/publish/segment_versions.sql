-- purpose: publish every version of every definition
-- grain: one row a version
INSERT INTO published.segment_versions BY NAME
SELECT
    segment_id,
    version,
    definition ->> '$.name' AS name,
    fingerprint,
    definition,
    first_used_at,
    created_at
FROM segment_versions
ORDER BY segment_id, version
