-- purpose: a destination and segment are known from now on; nothing changes when they are already
-- params: destination, segment_id
INSERT INTO syncs (destination, segment_id, may_hold_others, status, generation)
VALUES ($destination, $segment_id, false, 'pushing', 0)
ON CONFLICT DO NOTHING
