-- purpose: which tick the evaluation state beside the store belongs to

-- grain: one row a system; the state counts when it carries the same token
CREATE TABLE evaluation_states (
    system VARCHAR PRIMARY KEY,
    token VARCHAR NOT NULL
);
