-- purpose: users leave segments
-- params: view: exited (segment_id, user_code, at)
-- grain: one row a segment and user
UPDATE membership SET left_at = exited."at"
FROM exited
WHERE membership.segment_id = exited.segment_id
  AND membership.user_code = exited.user_code
  AND membership.left_at IS NULL
