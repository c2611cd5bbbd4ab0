-- purpose: take back the exits of an instant, before that tick is told again
-- params: $segment_id, $at
-- grain: the stays that ended then
UPDATE membership SET left_at = NULL, is_cut = false
WHERE segment_id = $segment_id AND left_at >= $at
