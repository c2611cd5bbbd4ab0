-- purpose: publish how segments stand at destinations
-- grain: one row a destination and segment
INSERT INTO published.syncs BY NAME
SELECT
    destination,
    segment_id,
    remote_id,
    remote_name,
    status,
    reason,
    generation,
    snapshot_at,
    pushed_at
FROM syncs
ORDER BY destination, segment_id
