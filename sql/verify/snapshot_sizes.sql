-- purpose: snapshots of instants that no tick was told of, or with other counts
-- grain: one row such a snapshot
-- columns: subject, found, wanted
SELECT
    s.file AS subject,
    s.rows || ' rows' AS found,
    coalesce(z.members || ' members', 'an evaluated tick') AS wanted
FROM snapshots AS s
LEFT JOIN segment_sizes AS z USING (segment_id, "at")
WHERE s.rows IS DISTINCT FROM z.members
ORDER BY s.file
