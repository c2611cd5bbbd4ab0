-- purpose: the file to ingest: the generated events as native NDJSON; one line in a thousand is bad,
--     in one of three ways
-- params: $path
-- grain: one line an event
COPY (
    SELECT
        CASE i % 3000
            WHEN 17 THEN '{"event_id":"' || event_id || '","user_id":'
            WHEN 1017 THEN replace(line, '"user_id"', '"nobody"')
            WHEN 2017 THEN replace(line, '"timestamp":"2026', '"timestamp":"x')
            ELSE line
        END
    FROM (
        SELECT
            i,
            event_id,
            '{"event_id":"' || event_id || '","user_id":"user-' || user_code
            || '","event":"event ' || event_code || '","timestamp":"'
            || strftime("at", '%Y-%m-%dT%H:%M:%S.%g') || 'Z","properties":{"page":"'
            || page || '","item":"' || item || '","quantity":' || quantity
            || ',"amount":' || amount || ',"plan":"' || plan || '"}}' AS line
        FROM generated
    )
    ORDER BY i
) TO $path (
    FORMAT csv, HEADER false, DELIMITER '\x1f', QUOTE '', ESCAPE '', COMPRESSION gzip
)
