-- purpose: what one attempt at a tick made of each segment
-- params: view: entries (the columns of run_segments)
-- grain: one row a segment
INSERT INTO run_segments BY NAME SELECT * FROM entries
