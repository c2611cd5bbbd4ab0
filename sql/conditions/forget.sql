-- purpose: a segment is measured anew at an instant
-- params: $segment_id, $at
-- grain: the conditions it had then
DELETE FROM condition_sizes WHERE segment_id = $segment_id AND "at" = $at
