-- purpose: the earliest and latest instant of the accepted rows
-- grain: one row
-- columns: first_at, last_at (null without accepted rows)
SELECT min("at") AS first_at, max("at") AS last_at
FROM (
    SELECT "at" FROM staged_events
    UNION ALL
    SELECT "at" FROM kept_attributes
)
