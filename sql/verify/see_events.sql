-- purpose: the events that a run saw
-- params: $position
INSERT INTO seen.events FROM events WHERE position <= $position
