-- purpose: event names that the catalogue counts otherwise than the log
-- grain: one row such a name
-- columns: subject, found, wanted
WITH counted AS (
    SELECT
        system_code,
        event_code,
        count(*) AS events,
        min("at") AS first_at,
        max("at") AS last_at
    FROM events
    GROUP BY system_code, event_code
)
SELECT
    s.system || ' ' || n.event AS subject,
    concat_ws(', ', coalesce(seen.events, 0), seen.first_at, seen.last_at) AS found,
    concat_ws(', ', coalesce(c.events, 0), c.first_at, c.last_at) AS wanted
FROM seen_events AS seen
FULL JOIN counted AS c USING (system_code, event_code)
JOIN systems AS s USING (system_code)
JOIN event_names AS n USING (system_code, event_code)
WHERE (seen.events, seen.first_at, seen.last_at)
    IS DISTINCT FROM (c.events, c.first_at, c.last_at)
ORDER BY s.system, n.event
