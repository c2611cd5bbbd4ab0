-- purpose: segments that do not stand as their stays, sizes and versions say
-- grain: one row such a segment
-- columns: subject, found, wanted
SELECT
    g.segment_id AS subject,
    concat_ws(
        ', ',
        p.present || ' present',
        'evaluated at ' || coalesce(z.newest::VARCHAR, 'no time'),
        'version ' || coalesce(v.newest::VARCHAR, 'none')
    ) AS found,
    concat_ws(
        ', ',
        coalesce(g.members, 0) || ' present',
        'evaluated at ' || coalesce(g.last_evaluated_at::VARCHAR, 'no time'),
        'version ' || g.version
    ) AS wanted
FROM segments AS g
LEFT JOIN LATERAL (
    SELECT count(*) AS present
    FROM membership AS m
    WHERE m.segment_id = g.segment_id AND m.left_at IS NULL
) AS p ON true
LEFT JOIN LATERAL (
    SELECT max("at") AS newest FROM segment_sizes AS z WHERE z.segment_id = g.segment_id
) AS z ON true
LEFT JOIN LATERAL (
    SELECT max(version) AS newest FROM segment_versions AS v WHERE v.segment_id = g.segment_id
) AS v ON true
WHERE p.present <> coalesce(g.members, 0)
    OR z.newest IS DISTINCT FROM g.last_evaluated_at
    OR v.newest IS DISTINCT FROM g.version
ORDER BY g.segment_id
