-- purpose: destinations hold whom the books of requests say; where a push was not finished, all whom they may hold
-- grain: adds one row a destination, segment and user; users who were only told of something are held nowhere
INSERT INTO sync_members BY NAME
WITH known AS (
    SELECT
        s.destination,
        s.segment_id,
        s.snapshot_at,
        -- Of a tick that was told again since, nobody knows any more what it said before.
        s.status = 'synced'
        AND coalesce(p.sha256 = s.snapshot_sha256, p.sha256 IS NULL) AS is_sure
    FROM syncs AS s
    LEFT JOIN snapshots AS p ON p.segment_id = s.segment_id AND p.at = s.snapshot_at
    WHERE s.status <> 'deleted'
        AND NOT EXISTS (
            FROM sync_batches AS n
            WHERE n.destination = s.destination AND n.segment_id = s.segment_id AND n.action = 'notify'
        )
),
agreed AS (
    SELECT k.destination, k.segment_id, u.user_id, k.is_sure
    FROM known AS k
    JOIN segments AS g USING (segment_id)
    JOIN systems AS y USING (system)
    JOIN membership AS m
        ON m.segment_id = k.segment_id
        AND m.entered_at <= k.snapshot_at
        AND (m.left_at IS NULL OR m.left_at > k.snapshot_at)
    JOIN users AS u ON u.system_code = y.system_code AND u.user_code = m.user_code
),
told AS (
    SELECT b.destination, b.segment_id, unnest(b.user_ids) AS user_id, false AS is_sure
    FROM sync_batches AS b
    JOIN known AS k USING (destination, segment_id)
    WHERE NOT k.is_sure
)
SELECT
    destination,
    segment_id,
    user_id,
    if(bool_or(is_sure), 'held', 'unknown') AS state
FROM (FROM agreed UNION ALL FROM told)
ANTI JOIN sync_rejects USING (destination, segment_id, user_id)
GROUP BY destination, segment_id, user_id
