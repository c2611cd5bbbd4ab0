-- purpose: the events of some files are in the table
-- params: files
-- grain: adds one row an event
INSERT INTO events
SELECT event_code, user_code, at_us, page, cents, quantity, order_id, mobile
FROM file({files:String}, 'Parquet')
