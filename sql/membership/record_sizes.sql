-- purpose: the sizes of segments at a tick; told again they replace the earlier ones
-- params: view: sizes (segment_id, at, members, entered, exited)
-- grain: one row a segment
INSERT OR REPLACE INTO segment_sizes (segment_id, "at", members, entered, exited)
SELECT segment_id, "at", members, entered, exited FROM sizes
