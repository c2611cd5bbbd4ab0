-- purpose: what the newest file brought, as one number
-- grain: one row
-- columns: events, digest
SELECT
    count(*) AS events,
    sum(hash(
        event_id, user_id, event, "at",
        properties ->> 'page', properties ->> 'item', (properties -> 'quantity')::BIGINT,
        (properties -> 'amount')::DOUBLE, properties ->> 'plan'
    )::HUGEINT) AS digest
FROM store.events
INNER JOIN store.users USING (system_code, user_code)
INNER JOIN store.event_names USING (system_code, event_code)
WHERE file_code = (SELECT max(file_code) FROM store.source_files)
