-- purpose: what one attempt at a tick made of one segment
-- params: $run_id, $segment_id, $at, $version, $mode, $status, $reason, $members, $entered, $exited, $stayed, $bounds, $seconds
-- grain: one row
INSERT INTO run_segments
    (run_id, segment_id, "at", version, mode, status, reason, members, entered, exited, stayed, bounds, seconds)
VALUES
    ($run_id, $segment_id, $at, $version, $mode, $status, $reason, $members, $entered, $exited, $stayed, $bounds, $seconds)
