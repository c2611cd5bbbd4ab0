-- purpose: files whose accepted rows are not those in the store
-- grain: one row such a file
-- columns: subject, found, wanted
-- A line that is an event counts once; so does a record, however many keys it has. An event that is a duplicate may
-- still have told a new attribute, so that a file with duplicates may hold up to as many rows more.
WITH held AS (
    SELECT
        file_code,
        count(*) FILTER (is_event) AS events,
        count(DISTINCT position) AS lines
    FROM (
        SELECT file_code, position, true AS is_event FROM events
        UNION ALL
        SELECT file_code, position, false AS is_event FROM attributes
    )
    GROUP BY file_code
)
SELECT
    coalesce(f.path, 'file ' || file_code) AS subject,
    coalesce(h.lines, 0) || ' rows' AS found,
    coalesce(f.accepted, 0) || ' rows' AS wanted
FROM source_files AS f
FULL JOIN held AS h USING (file_code)
WHERE coalesce(h.events, 0) > coalesce(f.accepted, 0)
    OR coalesce(h.lines, 0) NOT BETWEEN coalesce(f.accepted, 0)
    AND coalesce(f.accepted + f.duplicates, 0)
ORDER BY file_code
