-- `tried_at` is when the destination refused the user last, `tried_as` what could be
-- asked of the destination then: once either is old the user is told to it again
ALTER TABLE sync_rejects ADD COLUMN tried_at TIMESTAMPTZ;
ALTER TABLE sync_rejects ADD COLUMN tried_as VARCHAR;
