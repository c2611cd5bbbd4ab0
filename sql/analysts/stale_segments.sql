-- purpose: segments that need somebody, or that nobody may need any more
-- Measured to the newest run, so that the answer is the same whenever it is asked.
-- grain: one row a segment that is failed, expired, empty, not evaluated lately or unchanged for 30 days; the worst first
-- columns: segment, why, status, reason, members, evaluated_at, changed_at (when somebody entered or left last), created_by
WITH newest AS (
    SELECT max(r.at) AS tick
    FROM runs AS r
),
changed AS (
    SELECT z.segment_id, max(z.at) AS last_change_at
    FROM segment_sizes AS z
    WHERE z.entered + z.exited > 0
    GROUP BY z.segment_id
),
judged AS (
    SELECT
        s.name AS segment,
        CASE
            WHEN s.status = 'Failed' THEN 'failed'
            WHEN s.status = 'Pending' THEN 'never evaluated'
            WHEN s.status = 'Expired' THEN 'expired'
            WHEN NOT s.classic AND s.last_evaluated_at < newest.tick THEN 'not evaluated lately'
            WHEN s.members = 0 THEN 'empty'
            WHEN c.last_change_at < newest.tick - INTERVAL 30 DAYS THEN 'unchanged for 30 days'
        END AS why,
        s.status,
        s.status_reason AS reason,
        s.members,
        s.last_evaluated_at AS evaluated_at,
        c.last_change_at AS changed_at,
        s.created_by
    FROM segments AS s
    CROSS JOIN newest
    LEFT JOIN changed AS c USING (segment_id)
)
SELECT segment, why, status, reason, members, evaluated_at, changed_at, created_by
FROM judged
WHERE why IS NOT NULL
ORDER BY
    list_position(
        ['failed', 'not evaluated lately', 'never evaluated', 'empty', 'unchanged for 30 days', 'expired'], why
    ),
    segment
