-- purpose: the logical content of the store: equal digests, equal content, whatever the codes and the order of rows
-- grain: one row a table
-- columns: name, rows, digest
WITH named AS (
    SELECT u.system_code, u.user_code, s.system, u.user_id
    FROM users AS u
    JOIN systems AS s USING (system_code)
)
SELECT 'events' AS name, count(*) AS rows, sum(hash(
    n.system, c.event, n.user_id, e.at, e.position, e.id_namespace, e.event_id, e.properties::VARCHAR, e.is_wide,
    e.file_code
)) AS digest
FROM events AS e
JOIN named AS n USING (system_code, user_code)
JOIN event_names AS c USING (system_code, event_code)
UNION ALL
SELECT 'attributes', count(*), sum(hash(
    n.system, n.user_id, a.key, a.at, a.value, a.position, a.file_code
))
FROM attributes AS a
JOIN named AS n USING (system_code, user_code)
UNION ALL
SELECT 'users', count(*), sum(hash(
    s.system, u.user_id, u.first_event_at, u.last_event_at, u.first_attribute_at
))
FROM users AS u
JOIN systems AS s USING (system_code)
WHERE NOT starts_with(u.user_id, chr(127))  -- a code that an erased user left
UNION ALL
SELECT 'source_files', count(*), sum(hash(t)) FROM source_files AS t
UNION ALL
SELECT 'shared_rows', count(*), sum(hash(t)) FROM shared_rows AS t
UNION ALL
SELECT 'retractions', count(*), sum(hash(t)) FROM retractions AS t
UNION ALL
SELECT 'rejected_rows', count(*), sum(hash(t)) FROM rejected_rows AS t
UNION ALL
SELECT 'segments', count(*), sum(hash(t)) FROM segments AS t
UNION ALL
SELECT 'segment_versions', count(*), sum(hash(t)) FROM segment_versions AS t
UNION ALL
SELECT 'membership', count(*), sum(hash(
    m.segment_id, n.user_id, m.entered_at, m.left_at, m.version, m.member_since, m.is_cut
))
FROM membership AS m
JOIN segments AS g USING (segment_id)
JOIN named AS n USING (system, user_code)
UNION ALL
SELECT 'runs', count(*), sum(hash(t)) FROM runs AS t
UNION ALL
SELECT 'run_segments', count(*), sum(hash(t)) FROM run_segments AS t
UNION ALL
SELECT 'segment_sizes', count(*), sum(hash(t)) FROM segment_sizes AS t
UNION ALL
SELECT 'condition_sizes', count(*), sum(hash(t)) FROM condition_sizes AS t
UNION ALL
SELECT 'snapshots', count(*), sum(hash(t)) FROM snapshots AS t
UNION ALL
SELECT 'syncs', count(*), sum(hash(t)) FROM syncs AS t
UNION ALL
SELECT 'sync_holds', count(*), sum(hash(t)) FROM sync_holds AS t
UNION ALL
SELECT 'sync_members', count(*), sum(hash(t)) FROM sync_members AS t
UNION ALL
SELECT 'sync_batches', count(*), sum(hash(t)) FROM sync_batches AS t
UNION ALL
SELECT 'sync_rejects', count(*), sum(hash(t)) FROM sync_rejects AS t
UNION ALL
SELECT 'sync_checks', count(*), sum(hash(t)) FROM sync_checks AS t
UNION ALL
SELECT 'notice_watches', count(*), sum(hash(t)) FROM notice_watches AS t
UNION ALL
SELECT 'notices', count(*), sum(hash(t)) FROM notices AS t
UNION ALL
SELECT 'troubles', count(*), sum(hash(t)) FROM troubles AS t
UNION ALL
SELECT 'exports', count(*), sum(hash(t)) FROM exports AS t
UNION ALL
SELECT 'seen_events', count(*), sum(hash(
    s.system, n.event, t.events, t.first_at, t.last_at
))
FROM seen_events AS t
JOIN systems AS s USING (system_code)
JOIN event_names AS n USING (system_code, event_code)
UNION ALL
SELECT 'seen_properties', count(*), sum(hash(
    s.system, n.event, t.property, t.events, t.first_at, t.last_at, t.examples
))
FROM seen_properties AS t
JOIN systems AS s USING (system_code)
JOIN event_names AS n USING (system_code, event_code)
UNION ALL
SELECT 'seen_attributes', count(*), sum(hash(
    s.system, t.key, t.records, t.first_at, t.last_at, t.examples
))
FROM seen_attributes AS t
JOIN systems AS s USING (system_code)
ORDER BY name
