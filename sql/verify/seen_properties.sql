-- purpose: properties that the catalogue counts otherwise than the log; those it has no room for are left out
-- grain: one row such a property
-- columns: subject, found, wanted
WITH counted AS (
    SELECT
        system_code,
        event_code,
        property,
        count(*) AS events,
        min("at") AS first_at,
        max("at") AS last_at
    FROM (
        SELECT system_code, event_code, "at", unnest(json_keys(properties)) AS property
        FROM events
    )
    GROUP BY system_code, event_code, property
)
SELECT
    concat_ws(' ', s.system, n.event, seen.property) AS subject,
    concat_ws(', ', seen.events, seen.first_at, seen.last_at) AS found,
    concat_ws(', ', coalesce(c.events, 0), c.first_at, c.last_at) AS wanted
FROM seen_properties AS seen
LEFT JOIN counted AS c USING (system_code, event_code, property)
JOIN systems AS s USING (system_code)
JOIN event_names AS n USING (system_code, event_code)
WHERE (seen.events, seen.first_at, seen.last_at)
    IS DISTINCT FROM (c.events, c.first_at, c.last_at)
ORDER BY s.system, n.event, seen.property
