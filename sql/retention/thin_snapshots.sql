-- purpose: snapshots of long ago are thinned: the last of each UTC day stays, and of longer ago none; the newest of a
--   segment always does
-- params: $every_since, $daily_since (null: of any age)
-- grain: removes one row a snapshot
-- columns: file
DELETE FROM snapshots AS s
USING (
    SELECT
        segment_id,
        "at",
        row_number() OVER (PARTITION BY segment_id ORDER BY "at" DESC) AS newest_rank,
        row_number() OVER (
            PARTITION BY segment_id, date_trunc('day', "at" AT TIME ZONE 'UTC') ORDER BY "at" DESC
        ) AS rank_of_day
    FROM snapshots
) AS r
WHERE r.segment_id = s.segment_id
    AND r.at = s.at
    AND r.newest_rank > 1
    AND (
        (s.at < $every_since AND r.rank_of_day > 1)
        OR s.at < $daily_since
    )
RETURNING s.file
