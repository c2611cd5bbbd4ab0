-- purpose: snapshot files become valid; a tick told again replaces its own
-- params: view: valid (segment_id, at, file, rows, sha256, run_id)
-- grain: one row a segment
INSERT OR REPLACE INTO snapshots (segment_id, "at", file, rows, sha256, run_id)
SELECT segment_id, "at", file, rows, sha256, run_id FROM valid
