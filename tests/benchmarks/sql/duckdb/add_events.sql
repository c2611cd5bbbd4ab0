-- purpose: an arrival is in the table of events, in the table's order among itself
-- params: $files
-- grain: adds one row an event
INSERT INTO events
SELECT event_code, user_code, at_us, page, cents, quantity, order_id, mobile
FROM read_parquet($files)
ORDER BY event_code, user_code, at_us
