-- purpose: how a segment stands at each destination, with what its newest push sent
-- params: $segment_id
-- grain: one row a destination
-- columns: destination, remote_id, remote_name, status, reason, generation, snapshot_at,
--   pushed_at, added, removed (users the newest push sent), rejected (users it does not take)
SELECT
    s.destination,
    s.remote_id,
    s.remote_name,
    s.status,
    s.reason,
    s.generation,
    s.snapshot_at,
    s.pushed_at,
    coalesce(sum(b.users) FILTER (b.action = 'add' AND b.outcome = 'done'), 0)::BIGINT AS added,
    coalesce(sum(b.users) FILTER (b.action = 'remove' AND b.outcome = 'done'), 0)::BIGINT AS removed,
    (
        SELECT count(*)
        FROM sync_rejects AS r
        WHERE r.destination = s.destination AND r.segment_id = s.segment_id
    ) AS rejected
FROM syncs AS s
LEFT JOIN sync_batches AS b USING (destination, segment_id, generation)
WHERE s.segment_id = $segment_id
GROUP BY ALL
ORDER BY s.destination
