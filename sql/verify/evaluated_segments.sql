-- purpose: the segments whose present membership a run has evaluated, with what that run saw
-- grain: one row an Active segment with rules
-- columns: segment_id, at (its last tick), position (of ingest), is_retracted (rows were taken out since)
SELECT
    g.segment_id,
    g.last_evaluated_at AS "at",
    max_by(r.position, (r.at, r.attempt)) AS position,
    max_by(
        EXISTS (
            FROM retractions AS t
            JOIN source_files AS f USING (file_code)
            WHERE f.system = g.system AND t.retracted_at >= r.started_at
        ),
        (r.at, r.attempt)
    ) AS is_retracted
FROM segments AS g
JOIN run_segments AS s USING (segment_id)
JOIN runs AS r USING (run_id)
WHERE g.status = 'Active'
    AND NOT g.is_classic
    AND g.deleted_at IS NULL
    AND s.status = 'Active'
    AND r.at = g.last_evaluated_at
GROUP BY g.segment_id, g.last_evaluated_at
ORDER BY g.segment_id
