-- purpose: a destination and segment were reconciled
-- params: destination, segment_id, at, method, drift
INSERT INTO sync_checks (destination, segment_id, checked_at, method, drift, turn)
VALUES ($destination, $segment_id, $at, $method, $drift, 1)
ON CONFLICT DO UPDATE
SET checked_at = excluded.checked_at, method = excluded.method, drift = excluded.drift, turn = turn + 1
