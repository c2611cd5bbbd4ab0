-- purpose: what is known of one destination and segment
-- params: destination, segment_id
-- grain: one row, none before the first push
-- columns: remote_id, remote_name, adopted_as, may_hold_others, asked_name, status, reason, generation, snapshot_at, snapshot_sha256
SELECT remote_id, remote_name, adopted_as, may_hold_others, asked_name, status, reason, generation, snapshot_at, snapshot_sha256
FROM syncs
WHERE destination = $destination AND segment_id = $segment_id
