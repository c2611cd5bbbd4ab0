-- purpose: how far each destination's copy of each segment is
-- params: none
-- grain: one row a destination and segment that was ever to be pushed
-- columns: destination, segment_id, status, reason, snapshot_at, newest_at, pushed_at, held, rejected
SELECT
    y.destination,
    y.segment_id,
    y.status,
    y.reason,
    y.snapshot_at,
    (SELECT max(p.at) FROM snapshots AS p WHERE p.segment_id = y.segment_id) AS newest_at,
    y.pushed_at,
    (
        SELECT count(*)
        FROM sync_members AS m
        WHERE m.destination = y.destination AND m.segment_id = y.segment_id
    ) AS held,
    (
        SELECT count(*)
        FROM sync_rejects AS r
        WHERE r.destination = y.destination AND r.segment_id = y.segment_id
    ) AS rejected
FROM syncs AS y
ORDER BY y.destination, y.segment_id
