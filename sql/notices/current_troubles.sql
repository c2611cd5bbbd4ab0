-- purpose: what a person should look at: failed segments, pushes that are held, destinations that fail
-- params: rest_after: failures in a row after which a destination is left alone
-- grain: one row an event and subject; a destination is one trouble, however many segments it has
-- columns: event, subject, reason
SELECT 'segment-failed' AS event, segment_id AS subject, coalesce(status_reason, 'no reason') AS reason
FROM segments
WHERE status = 'Failed' AND deleted_at IS NULL
UNION ALL
SELECT 'push-held', s.segment_id || ' to ' || s.destination, coalesce(s.reason, 'held')
FROM syncs AS s
JOIN segments AS g USING (segment_id)
WHERE s.status = 'held' AND g.deleted_at IS NULL
UNION ALL
SELECT 'push-failed', coalesce(f.destination, h.destination), coalesce(f.reason, h.failures_in_row || ' failures in a row')
FROM (
    SELECT destination, first(segment_id || ': ' || coalesce(reason, status) ORDER BY segment_id) AS reason
    FROM syncs
    WHERE status = 'failed'
    GROUP BY destination
) AS f
FULL JOIN destination_health AS h ON h.destination = f.destination
WHERE f.destination IS NOT NULL OR h.failures_in_row >= $rest_after
ORDER BY event, subject
