-- purpose: what the peer read and the store did not hold before, each id once, as one number
-- grain: one row
-- columns: events, digest
SELECT
    count(*) AS events,
    sum(hash(
        event_id, user_id, event, "timestamp",
        properties.page, properties.item, properties.quantity,
        properties.amount, properties.plan
    )::HUGEINT) AS digest
FROM (SELECT DISTINCT ON (event_id) * FROM peer.events)
WHERE event_id IS NOT NULL
    AND user_id IS NOT NULL
    AND event IS NOT NULL
    AND "timestamp" IS NOT NULL
    AND event_id NOT IN (
        SELECT event_id
        FROM store.events
        WHERE file_code < (SELECT max(file_code) FROM store.source_files)
    )
