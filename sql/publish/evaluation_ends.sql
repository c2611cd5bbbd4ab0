-- purpose: the evaluation ends that definitions name, as written
-- grain: one row a segment with an end
-- columns: segment_id, system, evaluation_end (text: a date, or an instant)
SELECT
    s.segment_id,
    s.system,
    v.definition ->> '$.evaluation_end' AS evaluation_end
FROM segments AS s
JOIN segment_versions AS v USING (segment_id, version)
WHERE v.definition ->> '$.evaluation_end' IS NOT NULL
