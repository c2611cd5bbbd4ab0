-- purpose: the events as a peer keeps them: in the order of event, user and time, with integer codes
-- params: $files
-- grain: one row an event
CREATE TABLE events AS
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
ORDER BY event, "user", "at"
