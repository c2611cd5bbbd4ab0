-- purpose: when stays tell the membership of a segment as its snapshots do
-- grain: one row a segment
-- columns: segment_id, since (a list may name entries before its import: only its newest counts), until (deletion ends
--     stays at the instant of the last tick; null: it goes on)
SELECT
    segment_id,
    CASE WHEN is_classic THEN last_evaluated_at END AS since,
    deleted_at AS until
FROM segments
