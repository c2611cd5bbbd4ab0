-- purpose: an empty place for the attributes of one file, outside the store proper
-- grain: one row a key of a record; a record without keys has one row, its key null
CREATE OR REPLACE TEMP TABLE staged_attributes (
    line BIGINT,
    user_id VARCHAR,
    "at" TIMESTAMPTZ,
    key VARCHAR,
    value VARCHAR
)
