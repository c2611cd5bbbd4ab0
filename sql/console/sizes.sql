-- purpose: how large a segment was at its newest evaluated ticks
-- params: $segment_id, $most
-- grain: one row a tick, oldest first
-- columns: at, members, entered, exited
SELECT "at", members, entered, exited
FROM (
    SELECT "at", members, entered, exited
    FROM segment_sizes
    WHERE segment_id = $segment_id
    ORDER BY "at" DESC
    LIMIT $most
)
ORDER BY "at"
