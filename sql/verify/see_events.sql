-- purpose: the events as a run saw them, in the place of those of today
-- params: $position
CREATE OR REPLACE TEMP TABLE events AS
FROM events WHERE position <= $position
