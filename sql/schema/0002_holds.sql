-- the content of the snapshot that the remote equals: a tick told again is another one
ALTER TABLE syncs ADD COLUMN snapshot_sha256 VARCHAR;

-- grain: one row a destination and segment whose push waits for a person, or was let go
-- and is not there yet; `snapshot_at` is the snapshot whose difference it is, `held_at`
-- since when one waits, `approved_at` when that one, and nothing beyond it, was let go
CREATE TABLE sync_holds (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    snapshot_at TIMESTAMPTZ NOT NULL,
    snapshot_sha256 VARCHAR,
    reasons VARCHAR[] NOT NULL,
    adds BIGINT NOT NULL,
    removes BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    side_effects VARCHAR,
    held_at TIMESTAMPTZ NOT NULL,
    approved_at TIMESTAMPTZ,
    PRIMARY KEY (destination, segment_id)
);
