-- purpose: how segments stand after a tick
-- params: view: standings (segment_id, file, version, status, reason, is_orphaned, members, evaluated_at, expired_at)
-- grain: one row a segment; members and evaluated_at NULL keep what is there
UPDATE segments SET
    file = standings.file,
    version = standings.version,
    status = standings.status,
    status_reason = standings.reason,
    is_orphaned = standings.is_orphaned,
    members = coalesce(standings.members, segments.members),
    last_evaluated_at = coalesce(standings.evaluated_at, segments.last_evaluated_at),
    expired_at = standings.expired_at
FROM standings
WHERE segments.segment_id = standings.segment_id
