-- purpose: stays that end before they begin, or begin before the one before has ended
-- grain: one row such a stay
-- columns: subject, found, wanted
SELECT
    segment_id || ', user ' || user_code AS subject,
    concat_ws(' to ', entered_at, coalesce(left_at::VARCHAR, 'now')) AS found,
    'a stay after the one that ended at ' || coalesce(left_before::VARCHAR, 'no time') AS wanted
FROM (
    SELECT
        segment_id,
        user_code,
        entered_at,
        left_at,
        lag(coalesce(left_at, 'infinity')) OVER (
            PARTITION BY segment_id, user_code ORDER BY entered_at, left_at
        ) AS left_before
    FROM membership
)
WHERE left_at < entered_at OR entered_at < left_before
ORDER BY segment_id, user_code, entered_at
