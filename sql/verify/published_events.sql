-- purpose: whether the events that analysts read are those of the store
-- grain: one row when they are not
-- columns: subject, found, wanted
WITH shown_events AS (
    SELECT
        count(*) AS rows,
        sum(hash(
            system, event_id, user_id, event, "timestamp", properties::VARCHAR, source_file, ingested_at
        )) AS digest
    FROM shown.events
),
stored AS (
    SELECT
        count(*) AS rows,
        sum(hash(
            s.system, e.event_id, u.user_id, n.event, e.at, e.properties::VARCHAR, f.path, f.ingested_at
        )) AS digest
    FROM events AS e
    JOIN systems AS s USING (system_code)
    JOIN users AS u USING (system_code, user_code)
    JOIN event_names AS n USING (system_code, event_code)
    JOIN source_files AS f USING (file_code)
)
SELECT
    'events' AS subject,
    shown_events.rows || ' rows' AS found,
    stored.rows || ' rows' || if(shown_events.rows = stored.rows, ', others', '') AS wanted
FROM shown_events, stored
WHERE (shown_events.rows, shown_events.digest) IS DISTINCT FROM (stored.rows, stored.digest)
