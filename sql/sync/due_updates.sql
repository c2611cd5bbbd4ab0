-- purpose: segments whose newest snapshot, or name, is not what their destination was told last, or that have users
-- to be tried again there
-- params: frame wanted_targets(segment_id, destination, remote_id, name), tried_before: an instant
-- grain: one row a destination and segment, in that order
-- columns: destination, segment_id, system, remote_name
WITH newest AS (
    SELECT x.segment_id, arg_max(x.sha256, x.at) AS sha256
    FROM snapshots AS x
    GROUP BY x.segment_id
)
SELECT t.destination, t.segment_id, g.system, s.remote_name
FROM wanted_targets AS t
JOIN segments AS g ON g.segment_id = t.segment_id
JOIN newest AS n ON n.segment_id = t.segment_id
LEFT JOIN syncs AS s ON s.segment_id = t.segment_id AND s.destination = t.destination
WHERE g.deleted_at IS NULL
  AND (
    s.status IS DISTINCT FROM 'synced'
    OR s.snapshot_sha256 IS DISTINCT FROM n.sha256
    OR t.name IS DISTINCT FROM s.asked_name
    OR (t.remote_id IS NOT NULL AND t.remote_id IS DISTINCT FROM s.adopted_as)
    OR EXISTS (
        FROM sync_rejects AS r
        WHERE r.destination = t.destination AND r.segment_id = t.segment_id
          AND r.tried_as IS NOT NULL AND r.tried_at <= $tried_before
    )
  )
ORDER BY t.destination, t.segment_id
