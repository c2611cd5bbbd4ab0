-- purpose: when the membership that a segment had at an instant began to be so
-- params: $segment_id, $at
-- grain: one row
-- columns: changed_at (the newest evaluated tick with an entry or exit or after a backfilled span, or the first; null:
--     none yet)
SELECT max("at") AS changed_at
FROM segment_sizes AS z
WHERE segment_id = $segment_id
    AND "at" <= $at
    AND (
        entered + exited > 0
        OR "at" = (SELECT min("at") FROM segment_sizes WHERE segment_id = $segment_id)
        OR EXISTS (
            FROM membership AS m
            WHERE m.segment_id = $segment_id
                AND ((m.is_cut AND m.left_at = z.at) OR (m.member_since IS NOT NULL AND m.entered_at = z.at))
        )
    )
