-- purpose: users that the destination cannot take; the instant of a known one stays, when they were tried last too
-- params: destination, segment_id, user_ids, reasons, at, tried_as: NULL when they were not tried now
INSERT INTO sync_rejects (destination, segment_id, user_id, reason, "at", tried_at, tried_as)
SELECT $destination, $segment_id, unnest($user_ids::VARCHAR[]), unnest($reasons::VARCHAR[]), $at, $at, $tried_as
ON CONFLICT DO UPDATE
SET reason = excluded.reason,
    tried_at = CASE WHEN excluded.tried_as IS NULL THEN tried_at ELSE excluded.tried_at END,
    tried_as = coalesce(excluded.tried_as, tried_as)
