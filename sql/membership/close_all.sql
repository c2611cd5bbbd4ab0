-- purpose: every present member of a segment leaves
-- params: $segment_id, $at
-- grain: one row a member
UPDATE membership SET left_at = greatest($at, entered_at)
WHERE segment_id = $segment_id AND left_at IS NULL
