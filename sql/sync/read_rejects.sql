-- purpose: users a destination refused, and whether to tell it of them again
-- params: destination, segment_id, tried_as: what can be asked of it now, tried_before: an instant
-- grain: one row a user, those tried longest ago first
-- columns: user_id, reason, is_due
SELECT
    user_id,
    reason,
    tried_at IS NULL OR tried_at <= $tried_before OR tried_as IS DISTINCT FROM $tried_as AS is_due
FROM sync_rejects
WHERE destination = $destination AND segment_id = $segment_id
ORDER BY tried_at NULLS FIRST, user_id
