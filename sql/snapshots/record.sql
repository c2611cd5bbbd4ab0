-- purpose: a snapshot file becomes valid; a tick told again replaces its own
-- params: $segment_id, $at, $file, $rows, $sha256, $run_id
-- grain: one row
INSERT OR REPLACE INTO snapshots (segment_id, "at", file, rows, sha256, run_id)
VALUES ($segment_id, $at, $file, $rows, $sha256, $run_id)
