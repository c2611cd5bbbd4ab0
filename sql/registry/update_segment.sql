-- purpose: how a segment stands after a tick
-- params: $segment_id, $file, $version, $status, $reason, $is_orphaned, $members, $evaluated_at, $expired_at
-- grain: one row; members and evaluated_at NULL keep what is there
UPDATE segments SET
    file = $file,
    version = $version,
    status = $status,
    status_reason = $reason,
    is_orphaned = $is_orphaned,
    members = coalesce($members, members),
    last_evaluated_at = coalesce($evaluated_at, last_evaluated_at),
    expired_at = $expired_at
WHERE segment_id = $segment_id
