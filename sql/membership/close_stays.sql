-- purpose: users leave a segment
-- params: $segment_id, $at; view: exited (user_code)
-- grain: one row a user
UPDATE membership SET left_at = $at
WHERE segment_id = $segment_id AND left_at IS NULL
  AND user_code IN (SELECT user_code FROM exited)
