-- purpose: the pipeline's store, first version
-- Instants are TIMESTAMPTZ in UTC. Codes are integers per system, given in order of first sight.
-- `position` is the ingest order over events and attributes of all systems; a run records the last one it saw.

CREATE TABLE systems (
    system_code USMALLINT PRIMARY KEY,
    system VARCHAR NOT NULL UNIQUE
);

-- grain: one row a user of a system; the two firsts decide from when the user is known
CREATE TABLE users (
    system_code USMALLINT NOT NULL,
    user_code UINTEGER NOT NULL,
    user_id VARCHAR NOT NULL,
    first_event_at TIMESTAMPTZ,
    last_event_at TIMESTAMPTZ,
    first_attribute_at TIMESTAMPTZ,
    PRIMARY KEY (system_code, user_id)
);

CREATE TABLE event_names (
    system_code USMALLINT NOT NULL,
    event_code UINTEGER NOT NULL,
    event VARCHAR NOT NULL,
    PRIMARY KEY (system_code, event)
);

-- grain: one row an event, once. `id_namespace` '' is the system's own, ':content' holds ids derived from content.
-- `properties` is canonical JSON: keys sorted, numbers in shortest decimal form, no spaces.
-- `is_wide` marks rows with a number that DuckDB's JSON reader would round; they are read exactly, row by row.
CREATE TABLE events (
    system_code USMALLINT NOT NULL,
    event_code UINTEGER NOT NULL,
    user_code UINTEGER NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    position BIGINT NOT NULL,
    id_namespace VARCHAR NOT NULL,
    event_id VARCHAR NOT NULL,
    properties JSON NOT NULL,
    is_wide BOOLEAN NOT NULL,
    file_code INTEGER NOT NULL
);

-- grain: one row a user, top-level key and record; `value` is canonical JSON, JSON null unsets.
-- A record without keys has one row, its key NULL: its user is known from it.
CREATE TABLE attributes (
    system_code USMALLINT NOT NULL,
    user_code UINTEGER NOT NULL,
    key VARCHAR,
    "at" TIMESTAMPTZ NOT NULL,
    value VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    file_code INTEGER NOT NULL
);

-- grain: one row a file and content ever looked at; rows = accepted + duplicates + conflicts + rejected + skipped
-- status: loaded, refused, changed (other content under a loaded name), duplicate (same content under another
-- name; it keeps positions for its rows, should the other be retracted), retracted (its rows were taken out again)
-- `stamp` is size, times and inode when it was read: while they stand still the content is not read again.
-- `read_as` covers the settings by which it was read: a refused file is tried again once they are edited.
-- The row that stood on line n of a file has position first_position + n - 1.
CREATE TABLE source_files (
    file_code INTEGER PRIMARY KEY,
    source VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    rows BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    conflicts BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    first_at TIMESTAMPTZ,
    last_at TIMESTAMPTZ,
    first_position BIGINT,
    last_position BIGINT,
    ingested_at TIMESTAMPTZ NOT NULL,
    stamp VARCHAR NOT NULL DEFAULT '',
    read_as VARCHAR NOT NULL DEFAULT ''
);

-- grain: one row a loaded file and an earlier one that had told some of its rows already: what is read again
-- when the earlier one is retracted
CREATE TABLE shared_rows (
    file_code INTEGER NOT NULL,
    earlier_code INTEGER NOT NULL,
    rows BIGINT NOT NULL
);

-- grain: one row a file whose rows were taken out again; runs that began before saw them
CREATE TABLE retractions (
    file_code INTEGER NOT NULL,
    retracted_at TIMESTAMPTZ NOT NULL,
    events BIGINT NOT NULL,
    attributes BIGINT NOT NULL
);

CREATE TABLE rejected_rows (
    file_code INTEGER NOT NULL,
    line BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    raw VARCHAR NOT NULL
);

-- grain: one row a registered segment; deleted ones stay, their id is retired
CREATE TABLE segments (
    segment_id VARCHAR PRIMARY KEY,
    system VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    status VARCHAR NOT NULL,
    status_reason VARCHAR,
    is_classic BOOLEAN NOT NULL,
    is_orphaned BOOLEAN NOT NULL,
    registered_at TIMESTAMPTZ NOT NULL,
    members BIGINT,
    last_evaluated_at TIMESTAMPTZ,
    expired_at TIMESTAMPTZ,
    deleted_at TIMESTAMPTZ
);

-- `definition` is the checked definition as canonical JSON; `fingerprint` covers what decides membership
CREATE TABLE segment_versions (
    segment_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    fingerprint VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    first_used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (segment_id, version)
);

-- grain: one row a stay [entered_at, left_at); left_at NULL is a present member; version is the one at entry
CREATE TABLE membership (
    segment_id VARCHAR NOT NULL,
    user_code UINTEGER NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    left_at TIMESTAMPTZ,
    version INTEGER NOT NULL
);

-- grain: one row an attempt at a tick; run_id is '<tick>/<attempt>'
CREATE TABLE runs (
    run_id VARCHAR PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    attempt INTEGER NOT NULL,
    status VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    seconds DOUBLE NOT NULL
);

-- grain: one row a run and segment; `bounds` is JSON: the resolved UTC bounds of each range
CREATE TABLE run_segments (
    run_id VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    version INTEGER NOT NULL,
    mode VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    members BIGINT,
    entered BIGINT NOT NULL,
    exited BIGINT NOT NULL,
    stayed BIGINT NOT NULL,
    bounds VARCHAR NOT NULL,
    seconds DOUBLE NOT NULL,
    PRIMARY KEY (run_id, segment_id)
);

-- grain: one row a segment and evaluated tick: the newest good attempt
CREATE TABLE segment_sizes (
    segment_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    members BIGINT NOT NULL,
    entered BIGINT NOT NULL,
    exited BIGINT NOT NULL,
    PRIMARY KEY (segment_id, "at")
);

-- grain: one row a segment and tick; equal contents of later ticks name the same file
CREATE TABLE snapshots (
    segment_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    file VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (segment_id, "at")
);

-- grain: one row a destination and segment; `generation` counts pushes and fences out older ones
-- status: pushing, synced, behind (tried again by the next push), failed (a person must act), deleted
-- `remote_name` is the name it has there as far as is known, NULL before; `asked_name` the one it had here at the last good push; `adopted_as` the remote_id of the definition it took over
-- `may_hold_others`: the remote existed before us and was not replaced yet
CREATE TABLE syncs (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    remote_id VARCHAR,
    remote_name VARCHAR,
    adopted_as VARCHAR,
    may_hold_others BOOLEAN NOT NULL,
    asked_name VARCHAR,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    generation BIGINT NOT NULL,
    snapshot_at TIMESTAMPTZ,
    pushed_at TIMESTAMPTZ,
    PRIMARY KEY (destination, segment_id)
);

-- grain: one row a user that the remote holds ('held') or may hold ('unknown')
CREATE TABLE sync_members (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    PRIMARY KEY (destination, segment_id, user_id)
);

-- grain: one row a request, written before it is sent
-- outcome: planned, sent (= unknown until answered), done, refused, unknown
-- `job` is what to ask by while the destination works the request off, NULL when it does not
CREATE TABLE sync_batches (
    batch_id VARCHAR PRIMARY KEY,
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    generation BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    action VARCHAR NOT NULL,
    user_ids VARCHAR[] NOT NULL,
    outcome VARCHAR NOT NULL,
    detail VARCHAR,
    job VARCHAR,
    planned_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ
);

-- grain: one row a destination that failed or asked for a pause; what all pushes to it heed
-- `gone_address` said 410: nothing is sent there any more
CREATE TABLE destination_health (
    destination VARCHAR PRIMARY KEY,
    failures_in_row INTEGER NOT NULL,
    paused_until TIMESTAMPTZ,
    gone_address VARCHAR
);

CREATE TABLE sync_rejects (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (destination, segment_id, user_id)
);

-- grain: one row a finished export file; `fingerprint` names snapshot, format and columns, so equal requests share it
CREATE TABLE exports (
    export_id VARCHAR PRIMARY KEY,
    fingerprint VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    snapshot_at TIMESTAMPTZ NOT NULL,
    format VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- grain: one row a Parquet file of events for analysts, written once; it holds the positions (after, upto].
-- Those not retired hold every position up to the newest exactly once; retired ones wait for slow readers.
CREATE TABLE published_parts (
    part INTEGER PRIMARY KEY,
    after_position BIGINT NOT NULL,
    upto_position BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    file VARCHAR NOT NULL,
    retired_at TIMESTAMPTZ
);

-- The catalogue: what `headcount events` tells and `check` compares names with, kept with
-- every ingest so that nobody has to read the history for it.
-- grain: one row an event name that has events
CREATE TABLE seen_events (
    system_code USMALLINT NOT NULL,
    event_code UINTEGER NOT NULL,
    events BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL
);

-- grain: one row an event name and top-level property; `examples` are its first values in ingest
-- order as canonical JSON, cut where they are long
CREATE TABLE seen_properties (
    system_code USMALLINT NOT NULL,
    event_code UINTEGER NOT NULL,
    property VARCHAR NOT NULL,
    events BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    examples VARCHAR[] NOT NULL
);

-- grain: one row a top-level attribute key
CREATE TABLE seen_attributes (
    system_code USMALLINT NOT NULL,
    key VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    examples VARCHAR[] NOT NULL
);
