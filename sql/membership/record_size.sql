-- purpose: the size of a segment at a tick; told again it replaces the earlier one
-- params: $segment_id, $at, $members, $entered, $exited
-- grain: one row
INSERT OR REPLACE INTO segment_sizes (segment_id, "at", members, entered, exited)
VALUES ($segment_id, $at, $members, $entered, $exited)
