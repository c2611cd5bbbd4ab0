-- purpose: requests that do not fit the books of their destination and segment
-- grain: one row such a request
-- columns: subject, found, wanted
SELECT
    concat_ws(' ', b.destination, b.segment_id, b.generation || '/' || b.ordinal) AS subject,
    CASE
        WHEN s.generation IS NULL THEN 'no entry of the sync'
        WHEN b.generation > s.generation THEN 'a generation after ' || s.generation
        WHEN b.outcome = 'sent' THEN 'sent, in a sync that is ' || s.status
        WHEN b.answered_at IS NULL THEN b.outcome || ', at no time'
        ELSE 'users out of order, or named twice'
    END AS found,
    'a request of a known push: open while it runs, then answered; each user once' AS wanted
FROM sync_batches AS b
LEFT JOIN syncs AS s USING (destination, segment_id)
WHERE s.generation IS NULL
    OR b.generation > s.generation
    OR (b.outcome = 'sent' AND s.status <> 'pushing')
    OR (b.outcome NOT IN ('planned', 'sent') AND b.answered_at IS NULL)
    OR (b.action <> 'notify' AND list_sort(list_distinct(b.user_ids)) <> b.user_ids)
ORDER BY b.destination, b.segment_id, b.generation, b.ordinal
