-- purpose: take back the stays that began at an instant, before that tick is told again
-- params: $segment_id, $at
-- grain: the stays that began then
DELETE FROM membership WHERE segment_id = $segment_id AND entered_at >= $at
