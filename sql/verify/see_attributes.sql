-- purpose: the attributes as a run saw them, in the place of those of today
-- params: $position
CREATE OR REPLACE TEMP TABLE attributes AS
FROM attributes WHERE position <= $position
