-- purpose: the days that events of a system lie on
-- params: $system_code, $upto (an ingest position)
-- grain: one row a day in UTC, ascending
-- columns: day (days since the epoch), rows
SELECT CAST(floor(epoch_us("at") / 86400000000) AS BIGINT) AS day, count(*) AS rows
FROM events
WHERE system_code = $system_code AND position <= $upto
GROUP BY day
ORDER BY day
