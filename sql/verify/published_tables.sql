-- purpose: tables of the analysts' database that are not what the store publishes now
-- grain: one row such a table
-- columns: subject, found, wanted
WITH digests AS (
    SELECT 'event_files' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.event_files AS t
    UNION ALL
    SELECT 'event_files' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.event_files AS t
    UNION ALL
    SELECT 'users' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.users AS t
    UNION ALL
    SELECT 'users' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.users AS t
    UNION ALL
    SELECT 'segments' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.segments AS t
    UNION ALL
    SELECT 'segments' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.segments AS t
    UNION ALL
    SELECT 'segment_versions' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.segment_versions AS t
    UNION ALL
    SELECT 'segment_versions' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.segment_versions AS t
    UNION ALL
    SELECT 'membership_history' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.membership_history AS t
    UNION ALL
    SELECT 'membership_history' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.membership_history AS t
    UNION ALL
    SELECT 'cut_stays' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.cut_stays AS t
    UNION ALL
    SELECT 'cut_stays' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.cut_stays AS t
    UNION ALL
    SELECT 'runs' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.runs AS t
    UNION ALL
    SELECT 'runs' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.runs AS t
    UNION ALL
    SELECT 'run_segments' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.run_segments AS t
    UNION ALL
    SELECT 'run_segments' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.run_segments AS t
    UNION ALL
    SELECT 'segment_sizes' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.segment_sizes AS t
    UNION ALL
    SELECT 'segment_sizes' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.segment_sizes AS t
    UNION ALL
    SELECT 'condition_sizes' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.condition_sizes AS t
    UNION ALL
    SELECT 'condition_sizes' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.condition_sizes AS t
    UNION ALL
    SELECT 'syncs' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.syncs AS t
    UNION ALL
    SELECT 'syncs' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.syncs AS t
    UNION ALL
    SELECT 'sync_batches' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.sync_batches AS t
    UNION ALL
    SELECT 'sync_batches' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.sync_batches AS t
    UNION ALL
    SELECT 'sync_rejects' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.sync_rejects AS t
    UNION ALL
    SELECT 'sync_rejects' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.sync_rejects AS t
    UNION ALL
    SELECT 'exports' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.exports AS t
    UNION ALL
    SELECT 'exports' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.exports AS t
    UNION ALL
    SELECT 'source_files' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.source_files AS t
    UNION ALL
    SELECT 'source_files' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.source_files AS t
    UNION ALL
    SELECT 'rejected_rows' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.rejected_rows AS t
    UNION ALL
    SELECT 'rejected_rows' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.rejected_rows AS t
    UNION ALL
    SELECT 'segment_files' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.segment_files AS t
    UNION ALL
    SELECT 'segment_files' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.segment_files AS t
    UNION ALL
    SELECT 'seen_events' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.seen_events AS t
    UNION ALL
    SELECT 'seen_events' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.seen_events AS t
    UNION ALL
    SELECT 'seen_properties' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.seen_properties AS t
    UNION ALL
    SELECT 'seen_properties' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.seen_properties AS t
    UNION ALL
    SELECT 'seen_attributes' AS subject, 'shown' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM shown.seen_attributes AS t
    UNION ALL
    SELECT 'seen_attributes' AS subject, 'published' AS side, count(*) AS rows, sum(hash(t)) AS digest
    FROM published.seen_attributes AS t
)
SELECT
    shown.subject,
    shown.rows || ' rows' AS found,
    published.rows || ' rows' || if(shown.rows = published.rows, ', others', '') AS wanted
FROM digests AS shown
JOIN digests AS published ON published.side = 'published' AND published.subject = shown.subject
WHERE shown.side = 'shown'
    AND (shown.rows, shown.digest) IS DISTINCT FROM (published.rows, published.digest)
ORDER BY shown.subject
