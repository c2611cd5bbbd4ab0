-- purpose: the snapshot whose difference a person let go and that is not there yet; a tick told again since is another
-- params: destination, segment_id
-- grain: one row, none when there is no such
-- columns: snapshot_at
SELECT h.snapshot_at
FROM sync_holds AS h
JOIN snapshots AS s ON s.segment_id = h.segment_id AND s.at = h.snapshot_at AND s.sha256 = h.snapshot_sha256
WHERE h.destination = $destination AND h.segment_id = $segment_id AND h.approved_at IS NOT NULL
