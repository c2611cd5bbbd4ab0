-- grain: one row a destination and segment that was ever reconciled
-- method: read (it said who is there), told (it was told everything again)
-- `drift` is what was not as the ledger has it, NULL when all was; `turn` counts checks
CREATE TABLE sync_checks (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    method VARCHAR NOT NULL,
    drift VARCHAR,
    turn BIGINT NOT NULL,
    PRIMARY KEY (destination, segment_id)
);
