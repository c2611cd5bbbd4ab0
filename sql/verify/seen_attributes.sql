-- purpose: attributes that the catalogue counts otherwise than the log
-- grain: one row such a key
-- columns: subject, found, wanted
WITH counted AS (
    SELECT
        system_code,
        key,
        count(*) AS records,
        min("at") AS first_at,
        max("at") AS last_at
    FROM attributes
    WHERE key IS NOT NULL
    GROUP BY system_code, key
)
SELECT
    s.system || ' ' || key AS subject,
    concat_ws(', ', coalesce(seen.records, 0), seen.first_at, seen.last_at) AS found,
    concat_ws(', ', coalesce(c.records, 0), c.first_at, c.last_at) AS wanted
FROM seen_attributes AS seen
FULL JOIN counted AS c USING (system_code, key)
JOIN systems AS s USING (system_code)
WHERE (seen.records, seen.first_at, seen.last_at)
    IS DISTINCT FROM (c.records, c.first_at, c.last_at)
ORDER BY s.system, key
