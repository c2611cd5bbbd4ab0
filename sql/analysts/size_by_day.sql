-- purpose: how many members each segment had at the end of each day, and how many came and went
-- Days are those of the session: SET TimeZone = 'Europe/Berlin' gives Berlin's. A tick at midnight closes the day before.
-- grain: one row a segment and day with a tick, oldest first
-- columns: segment, day, members (at its last tick), entered, exited (over its ticks)
SELECT
    s.name AS segment,
    CAST(z.at - INTERVAL 1 MICROSECOND AS DATE) AS day,
    max_by(z.members, z.at) AS members,
    sum(z.entered)::BIGINT AS entered,
    sum(z.exited)::BIGINT AS exited
FROM segment_sizes AS z
JOIN segments AS s USING (segment_id)
GROUP BY ALL
ORDER BY segment, day
