-- purpose: the events as columns beside the store, in the order that evaluation reads them
-- All of it is derived from `events` and may be emptied: it is written again.

-- grain: one row a system whose events are there as columns, up to an ingest position
CREATE TABLE column_heads (
    system_code USMALLINT PRIMARY KEY,
    position BIGINT NOT NULL
);

-- grain: one row a file of events; `day` counts days since the epoch in UTC, NULL for a file of any days
CREATE TABLE column_runs (
    system_code USMALLINT NOT NULL,
    run INTEGER NOT NULL,
    file VARCHAR NOT NULL,
    day INTEGER,
    after_position BIGINT NOT NULL,
    upto_position BIGINT NOT NULL,
    first_us BIGINT NOT NULL,
    last_us BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    PRIMARY KEY (system_code, run)
);

-- grain: one row a top-level property
CREATE TABLE column_keys (
    system_code USMALLINT NOT NULL,
    key_code UINTEGER NOT NULL,
    key VARCHAR NOT NULL,
    PRIMARY KEY (system_code, key)
);

-- grain: one row a file of values of a property: those with the codes from `first_code` on
CREATE TABLE column_values (
    system_code USMALLINT NOT NULL,
    key_code UINTEGER NOT NULL,
    first_code BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    PRIMARY KEY (system_code, key_code, first_code)
);
