-- purpose: the pushes of a segment that a guard held back
-- params: $segment_id
-- grain: one row a destination
-- columns: destination, snapshot_at, held_at, reasons, adds, removes, approved_at
SELECT destination, snapshot_at, held_at, reasons, adds, removes, approved_at
FROM sync_holds
WHERE segment_id = $segment_id
ORDER BY destination
