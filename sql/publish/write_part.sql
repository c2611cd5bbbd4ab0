-- purpose: write the events of some ingest positions to a Parquet file, as analysts see them
-- params: $after, $upto (positions, the first excluded), $path
-- grain: one row an event, in an order that keeps an event name's rows together
-- columns: those of `events` in schema.sql
COPY (
    SELECT
        s.system,
        e.event_id,
        u.user_id,
        n.event,
        e.at AS timestamp,
        e.properties,
        f.path AS source_file,
        f.ingested_at
    FROM events AS e
    JOIN systems AS s USING (system_code)
    JOIN users AS u USING (system_code, user_code)
    JOIN event_names AS n USING (system_code, event_code)
    JOIN source_files AS f USING (file_code)
    WHERE e.position > $after AND e.position <= $upto
    ORDER BY s.system, n.event, u.user_id, e.at, e.position
) TO $path (FORMAT parquet, COMPRESSION zstd)
