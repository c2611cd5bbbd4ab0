-- purpose: a place for the events in the order of event, user and time, with integer codes
-- grain: one row an event
CREATE TABLE events (
    event UInt16,
    "user" UInt32,
    "at" Int64,
    page LowCardinality(Nullable(String)),
    cents Nullable(Int32),
    quantity Nullable(Int16),
    order_id Nullable(String),
    mobile Nullable(Bool)
) ENGINE = MergeTree ORDER BY (event, "user", "at")
