-- purpose: users that the destination cannot take; the instant of a known one stays
-- params: destination, segment_id, user_ids, reasons, at
INSERT INTO sync_rejects
SELECT $destination, $segment_id, unnest($user_ids::VARCHAR[]), unnest($reasons::VARCHAR[]), $at
ON CONFLICT DO UPDATE SET reason = excluded.reason
