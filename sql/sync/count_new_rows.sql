-- purpose: how many rows the newest run saw that the tick before a snapshot did not
-- params: at: of the snapshot, system: whose files count
-- grain: one row, none when there was no tick before, or none at the snapshot's instant
-- columns: accepted
WITH ticks AS (
    SELECT max(started_at) FILTER ("at" < $at) AS before, max(started_at) AS newest
    FROM runs
    HAVING bool_or("at" = $at) AND before IS NOT NULL
)
SELECT coalesce(sum(f.accepted), 0) AS accepted
FROM ticks AS t
LEFT JOIN source_files AS f ON f.ingested_at > t.before AND f.ingested_at <= t.newest AND f.system = $system
GROUP BY t.before
