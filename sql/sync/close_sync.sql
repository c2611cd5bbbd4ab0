-- purpose: how a push ended; snapshot_at is the snapshot the remote equals, asked_name the segment's name then, all
-- kept when the push did not get there
-- params: destination, segment_id, status, reason, snapshot_at, snapshot_sha256, asked_name, at
UPDATE syncs
SET status = $status, reason = $reason, snapshot_at = coalesce($snapshot_at, snapshot_at),
    snapshot_sha256 = CASE WHEN $snapshot_at IS NULL THEN snapshot_sha256 ELSE $snapshot_sha256 END,
    asked_name = coalesce($asked_name, asked_name),
    pushed_at = CASE WHEN $snapshot_at IS NULL THEN pushed_at ELSE $at END
WHERE destination = $destination AND segment_id = $segment_id
