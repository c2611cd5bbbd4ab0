-- purpose: how far each destination is behind, and how long its answers take
-- Measured to the newest run, so that the answer is the same whenever it is asked.
-- grain: one row a segment at a destination, the longest wait first
-- columns: destination, segment, status, reason, holds (the tick whose members it has), waiting (entries and exits since), behind (from the first of them to the newest tick), seconds (median from request to answer, last 7 days), not_done (requests refused or without an answer)
WITH newest AS (
    SELECT max(r.at) AS tick
    FROM runs AS r
),
waiting AS (
    SELECT y.destination, y.segment_id, count(*) AS changes, min(c.at) AS since
    FROM syncs AS y
    JOIN membership_changes AS c
        ON c.segment_id = y.segment_id
        AND (y.snapshot_at IS NULL OR c.at > y.snapshot_at)
    GROUP BY y.destination, y.segment_id
),
answers AS (
    SELECT
        b.destination,
        b.segment_id,
        median(epoch(b.answered_at - b.planned_at)) AS seconds,
        count(*) FILTER (b.outcome <> 'done') AS not_done
    FROM sync_batches AS b
    CROSS JOIN newest
    WHERE b.planned_at > newest.tick - INTERVAL 7 DAYS
    GROUP BY b.destination, b.segment_id
)
SELECT
    y.destination,
    coalesce(s.name, y.segment_id) AS segment,
    y.status,
    y.reason,
    y.snapshot_at AS holds,
    coalesce(w.changes, 0) AS waiting,
    newest.tick - w.since AS behind,
    round(a.seconds, 3) AS seconds,
    coalesce(a.not_done, 0) AS not_done
FROM syncs AS y
CROSS JOIN newest
LEFT JOIN segments AS s ON s.segment_id = y.segment_id
LEFT JOIN waiting AS w ON w.destination = y.destination AND w.segment_id = y.segment_id
LEFT JOIN answers AS a ON a.destination = y.destination AND a.segment_id = y.segment_id
ORDER BY behind DESC NULLS LAST, y.destination, segment
