-- purpose: which properties the events from a position on have
-- params: system_code, from_position, examples (how many values to look at)
-- grain: one row an event name and top-level property
-- columns: event_code, property, events, first_at, last_at, first_position,
--     earliest (the positions of its first values; not of wide rows, whose numbers
--     DuckDB would round)
CREATE OR REPLACE TEMP TABLE sighted_properties AS
SELECT
    event_code,
    property,
    count(*) AS events,
    min("at") AS first_at,
    max("at") AS last_at,
    min(position) AS first_position,
    coalesce(min(position, $examples) FILTER (NOT is_wide), []) AS earliest
FROM (
    SELECT
        event_code,
        "at",
        position,
        is_wide,
        unnest(json_keys(properties)) AS property
    FROM events
    WHERE system_code = $system_code AND position >= $from_position
)
GROUP BY event_code, property
