-- purpose: users enter segments
-- params: view: entered (segment_id, user_code, entered_at, version)
-- grain: one row a segment and user
INSERT INTO membership (segment_id, user_code, entered_at, left_at, version)
SELECT segment_id, user_code, entered_at, NULL, version FROM entered
