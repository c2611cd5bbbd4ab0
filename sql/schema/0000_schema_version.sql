-- purpose: which migrations this store has had; the first thing in it
-- grain: one row a file of sql/schema, by its number

CREATE TABLE schema_version (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL
);
