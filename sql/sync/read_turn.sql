-- purpose: how often a destination and segment were reconciled
-- params: destination, segment_id
-- grain: one row, none when they never were
-- columns: turn
SELECT turn FROM sync_checks WHERE destination = $destination AND segment_id = $segment_id
