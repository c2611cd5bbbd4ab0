-- purpose: stays as a backfill tells them
-- params: $segment_id; view: added (the columns of membership but its segment)
-- grain: one row a stay
INSERT INTO membership BY NAME
SELECT $segment_id AS segment_id, * FROM added
