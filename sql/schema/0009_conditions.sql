-- purpose: what each condition of a segment does to its size, measured beside the ticks
-- grain: one row a segment, instant of its membership and condition that all members satisfy
-- `place` counts the conditions from 1. `users` satisfy it; `kept_out` satisfy every other one and not this.
CREATE TABLE condition_sizes (
    segment_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    version INTEGER NOT NULL,
    place INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    users BIGINT NOT NULL,
    kept_out BIGINT NOT NULL,
    PRIMARY KEY (segment_id, "at", place)
);
