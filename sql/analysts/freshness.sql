-- purpose: how old the newest data of each source is, and how old each system's newest evaluation
-- Measured to the newest run, so that the answer is the same whenever it is asked.
-- grain: one row a source, the stalest first
-- columns: system, source, newest_at (timestamp of its newest row), ingested_at (its newest file), behind (from there to the newest tick), files, refused_files, evaluated_at (the system's newest good evaluation)
WITH evaluated AS (
    SELECT system, max(last_evaluated_at) AS evaluated_at
    FROM segments
    GROUP BY system
),
newest AS (
    SELECT max(r.at) AS tick
    FROM runs AS r
)
SELECT
    f.system,
    f.source,
    max(f.last_at) AS newest_at,
    max(f.ingested_at) AS ingested_at,
    any_value(newest.tick) - max(f.last_at) AS behind,
    count(*) AS files,
    count(*) FILTER (f.status = 'refused') AS refused_files,
    any_value(e.evaluated_at) AS evaluated_at
FROM source_files AS f
LEFT JOIN evaluated AS e USING (system)
CROSS JOIN newest
GROUP BY f.system, f.source
ORDER BY newest_at NULLS FIRST, f.system, f.source
