-- purpose: another file holds the snapshot of a tick
-- params: $segment_id, $at, $file, $rows, $sha256
-- grain: changes one row
UPDATE snapshots SET file = $file, rows = $rows, sha256 = $sha256
WHERE segment_id = $segment_id AND "at" = $at
