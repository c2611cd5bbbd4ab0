-- purpose: whom notifications have told of what, and what operators were told of

-- grain: one row a destination of notifications and segment; who entered or left after `since` is told
CREATE TABLE notice_watches (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (destination, segment_id)
);

-- grain: one row a user, what the user is told of, and where ('': the account's only Workstation system)
-- subject: the segment; of push-failed the destination. "at": the entering or leaving, or when the trouble began
-- batch_id: the request of sync_batches that tells it, NULL when the user was refused; '' is no user, but an audience
CREATE TABLE notices (
    destination VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    system_id VARCHAR NOT NULL,
    batch_id VARCHAR
);

-- grain: one row a trouble that goes on
CREATE TABLE troubles (
    event VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    began_at TIMESTAMPTZ NOT NULL
);
