-- purpose: the events as Polars reads them: in the order of event, user and time, with integer codes
-- params: $files, $path
-- grain: one row an event
COPY (
    SELECT
        event_code AS event,
        user_code AS "user",
        at_us AS "at",
        page,
        cents,
        quantity,
        order_id,
        mobile
    FROM read_parquet($files)
    ORDER BY event_code, user_code, at_us
) TO $path (FORMAT parquet, COMPRESSION zstd)
