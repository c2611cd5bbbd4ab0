-- purpose: every segment ever registered, deleted ones too, with its newest version
-- params: none
-- grain: one row a segment, by id
-- columns: see store.registry.Registered
SELECT
    s.segment_id,
    s.system,
    s.file,
    s.version,
    s.status,
    s.status_reason,
    s.is_classic,
    s.is_orphaned,
    s.members,
    s.last_evaluated_at,
    s.expired_at,
    s.deleted_at,
    v.fingerprint,
    v.definition
FROM segments AS s
JOIN segment_versions AS v USING (segment_id, version)
ORDER BY s.segment_id
