-- purpose: the attributes that a run saw
-- params: $position
INSERT INTO seen.attributes FROM attributes WHERE position <= $position
