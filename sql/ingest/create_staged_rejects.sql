-- purpose: an empty place for the rejected rows of one file, outside the store proper
-- grain: one row a rejected row
CREATE OR REPLACE TEMP TABLE staged_rejects (
    line BIGINT,
    reason VARCHAR,
    raw VARCHAR
)
