-- purpose: publish the pushes that wait for a person, and those that were let go
-- grain: one row a destination and segment
INSERT INTO published.sync_holds BY NAME
SELECT
    h.destination,
    h.segment_id,
    h.snapshot_at,
    h.held_at,
    h.reasons,
    h.adds,
    h.removes,
    h.approved_at
FROM sync_holds AS h
JOIN syncs AS s USING (destination, segment_id)
WHERE s.status = 'held'
ORDER BY h.destination, h.segment_id
