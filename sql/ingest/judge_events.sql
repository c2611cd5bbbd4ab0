-- purpose: what becomes of each staged event: the first of an id stays, in the store or in the file
-- params: system_code, file_code (only what earlier files brought counts)
-- grain: one row a staged event
-- columns: line, verdict: accepted, duplicate (equal content) or conflict (other content under the same id),
--     origin (the earlier file that holds the id, null when none does)
CREATE OR REPLACE TEMP TABLE verdicts AS
WITH firsts AS (
    SELECT
        id_namespace,
        event_id,
        min(line) AS line,
        arg_min(content_hash, line) AS content_hash
    FROM staged_events
    GROUP BY id_namespace, event_id
),

stored AS (
    SELECT
        firsts.id_namespace,
        firsts.event_id,
        events.content_hash,
        events.file_code
    FROM firsts
    INNER JOIN events
        ON events.system_code = $system_code
        AND events.file_code < $file_code
        AND events.id_namespace = firsts.id_namespace
        AND events.event_id = firsts.event_id
)

SELECT
    staged.line,
    CASE
        WHEN staged.content_hash <> coalesce(stored.content_hash, firsts.content_hash)
            THEN 'conflict'
        WHEN stored.event_id IS NULL AND staged.line = firsts.line
            THEN 'accepted'
        ELSE 'duplicate'
    END AS verdict,
    stored.file_code AS origin
FROM staged_events AS staged
INNER JOIN firsts USING (id_namespace, event_id)
LEFT JOIN stored USING (id_namespace, event_id)
