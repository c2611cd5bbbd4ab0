-- purpose: the pushes that wait for a person
-- params: none
-- grain: one row a destination and segment, in that order
-- columns: destination, segment_id, snapshot_at, held_at, reasons, adds, removes, requests, side_effects
SELECT h.destination, h.segment_id, h.snapshot_at, h.held_at, h.reasons, h.adds, h.removes, h.requests, h.side_effects
FROM sync_holds AS h
JOIN syncs AS s ON s.destination = h.destination AND s.segment_id = h.segment_id
WHERE s.status = 'held' AND h.approved_at IS NULL
ORDER BY h.destination, h.segment_id
