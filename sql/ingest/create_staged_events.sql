-- purpose: an empty place for the events of one file, outside the store proper
-- grain: one row an event, in file order
CREATE OR REPLACE TEMP TABLE staged_events (
    line BIGINT,
    user_id VARCHAR,
    event VARCHAR,
    "at" TIMESTAMPTZ,
    id_namespace VARCHAR,
    event_id VARCHAR,
    properties VARCHAR,
    is_wide BOOLEAN
)
