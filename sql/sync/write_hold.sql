-- purpose: a push waits for a person; since when one waits stays, unless the one before was let go
-- params: destination, segment_id, snapshot_at, snapshot_sha256, reasons, adds, removes, requests, side_effects, at
INSERT INTO sync_holds (destination, segment_id, snapshot_at, snapshot_sha256, reasons, adds, removes, requests, side_effects, held_at)
VALUES ($destination, $segment_id, $snapshot_at, $snapshot_sha256, $reasons, $adds, $removes, $requests, $side_effects, $at)
ON CONFLICT DO UPDATE
SET snapshot_at = excluded.snapshot_at, snapshot_sha256 = excluded.snapshot_sha256, reasons = excluded.reasons, adds = excluded.adds,
    removes = excluded.removes, requests = excluded.requests, side_effects = excluded.side_effects,
    held_at = CASE WHEN approved_at IS NULL THEN held_at ELSE excluded.held_at END, approved_at = NULL
