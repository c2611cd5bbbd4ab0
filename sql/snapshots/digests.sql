-- purpose: what tells whether a manifest is still right without reading it
-- grain: one row a segment that has a valid snapshot
-- columns: segment_id, digest
SELECT
    segment_id,
    concat_ws('-', count(*), sum(hash("at", file, rows, sha256))) AS digest
FROM snapshots
GROUP BY segment_id
ORDER BY segment_id
