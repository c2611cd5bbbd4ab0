-- purpose: users enter a segment
-- params: $segment_id, $version; view: entered (user_code, entered_at)
-- grain: one row a user
INSERT INTO membership (segment_id, user_code, entered_at, left_at, version)
SELECT $segment_id, user_code, entered_at, NULL, $version FROM entered
