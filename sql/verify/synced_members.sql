-- purpose: syncs that are said to equal a snapshot and hold, by the books, other users
-- grain: one row such a sync
-- columns: subject, found, wanted
-- Of a tick that was told again since, nobody knows any more what it said before.
WITH settled AS (
    SELECT s.*
    FROM syncs AS s
    JOIN segments AS g USING (segment_id)
    LEFT JOIN snapshots AS p ON p.segment_id = s.segment_id AND p.at = s.snapshot_at
    WHERE s.status = 'synced'
        AND (g.deleted_at IS NULL OR s.snapshot_at < g.deleted_at)
        AND (p.sha256 IS NULL OR p.sha256 IS NOT DISTINCT FROM s.snapshot_sha256)
),
wanted AS (
    SELECT s.destination, s.segment_id, u.user_id
    FROM settled AS s
    JOIN segments AS g ON g.segment_id = s.segment_id
    JOIN systems AS y ON y.system = g.system
    JOIN membership AS m
        ON m.segment_id = s.segment_id
        AND m.entered_at <= s.snapshot_at
        AND (m.left_at IS NULL OR m.left_at > s.snapshot_at)
    JOIN users AS u ON u.system_code = y.system_code AND u.user_code = m.user_code
    EXCEPT
    SELECT destination, segment_id, user_id FROM sync_rejects
),
compared AS (
    SELECT
        destination,
        segment_id,
        count(*) FILTER (h.user_id IS NULL) AS missing,
        count(*) FILTER (w.user_id IS NULL) AS others,
        count(*) FILTER (h.state <> 'held') AS doubtful
    FROM wanted AS w
    FULL JOIN sync_members AS h USING (destination, segment_id, user_id)
    GROUP BY destination, segment_id
)
SELECT
    s.destination || ' ' || s.segment_id AS subject,
    concat_ws(
        ', ', missing || ' missing', others || ' others', doubtful || ' doubtful'
    ) AS found,
    'exactly the members at ' || s.snapshot_at || ', less the rejects' AS wanted
FROM compared
JOIN settled AS s USING (destination, segment_id)
WHERE missing + others + doubtful > 0
ORDER BY subject
