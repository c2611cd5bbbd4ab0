-- purpose: what is wrong with the rows and files that were not taken, per source
-- grain: one row a source and reason, the most rows first; a file that was not taken counts all its rows
-- columns: system, source, what (row or file), reason, rows, share (of all rows of the source), newest_at (ingested), example (path, line and content)
WITH totals AS (
    SELECT system, source, sum(rows) AS rows
    FROM source_files
    GROUP BY system, source
),
loaded AS (
    SELECT path, system, source, max(ingested_at) AS ingested_at
    FROM source_files
    WHERE status = 'loaded'
    GROUP BY path, system, source
),
faults AS (
    SELECT
        f.system,
        f.source,
        'row' AS what,
        r.reason,
        1 AS rows,
        f.ingested_at,
        r.path || ':' || r.line || ': ' || left(r.raw, 120) AS example
    FROM rejected_rows AS r
    JOIN loaded AS f USING (path)
    UNION ALL
    SELECT system, source, 'file' AS what, reason, rows, ingested_at, path AS example
    FROM source_files
    WHERE status <> 'loaded'
)
SELECT
    f.system,
    f.source,
    f.what,
    f.reason,
    sum(f.rows)::BIGINT AS rows,
    round(sum(f.rows) / nullif(any_value(t.rows), 0), 4) AS share,
    max(f.ingested_at) AS newest_at,
    min(f.example) AS example
FROM faults AS f
JOIN totals AS t USING (system, source)
GROUP BY f.system, f.source, f.what, f.reason
ORDER BY rows DESC, f.system, f.source, f.reason
