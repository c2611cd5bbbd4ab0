-- purpose: a definition seen for the first time is registered, as Pending
-- params: $segment_id, $system, $file, $is_classic, $now
-- grain: one row
INSERT INTO segments
    (segment_id, system, file, version, status, is_classic, is_orphaned, registered_at)
VALUES ($segment_id, $system, $file, 1, 'Pending', $is_classic, false, $now)
