-- purpose: what is told of each segment around a tick
-- params: $at
-- grain: one row a segment that is not deleted
-- columns: segment_id, first_at (the first tick that evaluated it in its time), is_told (at the tick), next_at (when it
--     was told next)
SELECT g.segment_id, f.first_at, coalesce(z.is_told, false) AS is_told, z.next_at
FROM segments AS g
LEFT JOIN (
    SELECT s.segment_id, min(s.at) AS first_at
    FROM run_segments AS s
    JOIN runs AS r USING (run_id)
    WHERE s.mode <> 'kept' AND NOT r.is_backfill
    GROUP BY s.segment_id
) AS f USING (segment_id)
LEFT JOIN (
    SELECT segment_id, bool_or("at" = $at) AS is_told, min("at") FILTER ("at" > $at) AS next_at
    FROM segment_sizes
    GROUP BY segment_id
) AS z USING (segment_id)
WHERE g.deleted_at IS NULL
