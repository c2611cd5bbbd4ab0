-- purpose: a place for the users with the latest values of their attributes
-- grain: one row a user
CREATE TABLE users (
    "user" UInt32,
    known_from Int64,
    plan LowCardinality(Nullable(String)),
    country LowCardinality(Nullable(String)),
    seats Nullable(Int16),
    signup Nullable(Int64)
) ENGINE = MergeTree ORDER BY "user"
