-- purpose: evaluated ticks whose members are not as many as the stays say; those of a deletion are left out
-- grain: one row such a segment and tick
-- columns: subject, found, wanted
WITH steps AS (
    SELECT segment_id, "at", sum(step) AS step
    FROM (
        SELECT segment_id, entered_at AS "at", 1 AS step FROM membership
        UNION ALL
        SELECT segment_id, left_at, -1 FROM membership WHERE left_at IS NOT NULL
    )
    GROUP BY segment_id, "at"
),
counted AS (
    SELECT
        segment_id,
        "at",
        sum(step) OVER (PARTITION BY segment_id ORDER BY "at") AS members
    FROM steps
)
SELECT
    z.segment_id || ' at ' || z.at AS subject,
    coalesce(c.members, 0) || ' stays' AS found,
    z.members || ' members' AS wanted
FROM segment_sizes AS z
JOIN segments AS g USING (segment_id)
ASOF LEFT JOIN counted AS c ON c.segment_id = z.segment_id AND z.at >= c.at
WHERE z.members <> coalesce(c.members, 0)
    AND (g.deleted_at IS NULL OR z.at < g.deleted_at)
    -- A list may name entries before its import.
    AND (NOT g.is_classic OR z.at = g.last_evaluated_at)
ORDER BY z.segment_id, z.at
