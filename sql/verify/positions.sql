-- purpose: files whose rows lie outside the places the ledger gave them, or whose places overlap
-- grain: one row such a file
-- columns: subject, found, wanted
WITH held AS (
    SELECT file_code, min(position) AS first_held, max(position) AS last_held
    FROM (
        SELECT file_code, position FROM events
        UNION ALL
        SELECT file_code, position FROM attributes
    )
    GROUP BY file_code
),
placed AS (
    SELECT
        file_code,
        path,
        first_position,
        last_position,
        lag(last_position, 1, 0) OVER (ORDER BY file_code) AS last_before
    FROM source_files
    WHERE first_position IS NOT NULL
)
SELECT
    p.path AS subject,
    'rows at ' || coalesce(h.first_held, p.first_position)
    || ' to ' || coalesce(h.last_held, p.last_position) AS found,
    'rows at ' || p.first_position || ' to ' || p.last_position
    || ', all after ' || p.last_before AS wanted
FROM placed AS p
LEFT JOIN held AS h USING (file_code)
WHERE p.first_position <= p.last_before
    OR h.first_held < p.first_position
    OR h.last_held > p.last_position
ORDER BY file_code
