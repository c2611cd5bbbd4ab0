-- purpose: the analysts' database, every table and column explained; `events` is there already
-- Instants are TIMESTAMPTZ. "at" is a word of DuckDB's grammar: write it quoted, or with its table.

COMMENT ON VIEW events IS 'One row an event, each once. The rows lie in the Parquet files that event_files lists.';
COMMENT ON COLUMN events.system IS 'The system of the project file that the event belongs to';
COMMENT ON COLUMN events.event_id IS 'The id the source gave, or one derived from the content; unique in its system and id_namespace';
COMMENT ON COLUMN events.user_id IS 'The user, exact text';
COMMENT ON COLUMN events.event IS 'The name of the event, such as wt.play';
COMMENT ON COLUMN events.timestamp IS 'When it happened; it counts from the first tick after';
COMMENT ON COLUMN events.properties IS 'The properties as canonical JSON: properties->>''amount'' is one of them as text';
COMMENT ON COLUMN events.source_file IS 'The file it came in first, see source_files.path';
COMMENT ON COLUMN events.ingested_at IS 'When that file was ingested; later than the timestamp by as much as the event was late';

CREATE TABLE event_files (
    file VARCHAR NOT NULL,
    rows BIGINT NOT NULL
);
COMMENT ON TABLE event_files IS 'One row a Parquet file of events, for engines that read Parquet themselves. Files are never changed; one that is no longer listed stays for a day.';
COMMENT ON COLUMN event_files.file IS 'Absolute path on the machine of the pipeline';
COMMENT ON COLUMN event_files.rows IS 'Events in the file';

CREATE TABLE users (
    system VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    attributes JSON NOT NULL
);
COMMENT ON TABLE users IS 'One row a user of a system with an event or an attribute record before the publication';
COMMENT ON COLUMN users.system IS 'The system; the same id in two systems is two users';
COMMENT ON COLUMN users.user_id IS 'The user, exact text';
COMMENT ON COLUMN users.first_seen_at IS 'The earliest event or attribute record: the user is known from then on';
COMMENT ON COLUMN users.last_seen_at IS 'The latest event; of a user without events, the latest attribute record';
COMMENT ON COLUMN users.attributes IS 'The latest value of each attribute as a JSON object: attributes->>''plan'' is one of them as text';

CREATE TABLE segments (
    segment_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    status_reason VARCHAR,
    date_range VARCHAR NOT NULL,
    evaluation_end TIMESTAMPTZ,
    conditions BIGINT NOT NULL,
    created_by VARCHAR,
    created_at TIMESTAMPTZ NOT NULL,
    version INTEGER NOT NULL,
    members BIGINT,
    last_evaluated_at TIMESTAMPTZ,
    classic BOOLEAN NOT NULL
);
COMMENT ON TABLE segments IS 'One row a registered segment; deleted ones are in segment_versions and membership_history only';
COMMENT ON COLUMN segments.segment_id IS 'The id of the definition, never used again after deletion';
COMMENT ON COLUMN segments.name IS 'The name people see';
COMMENT ON COLUMN segments.description IS 'What its author says of it, empty when nothing';
COMMENT ON COLUMN segments.system IS 'The system whose users it divides';
COMMENT ON COLUMN segments.status IS 'Pending, Active, Expired or Failed';
COMMENT ON COLUMN segments.status_reason IS 'Why, when there is something to say';
COMMENT ON COLUMN segments.date_range IS 'The range its event conditions look at unless they name their own, as written';
COMMENT ON COLUMN segments.evaluation_end IS 'The instant after which the membership stays as it is; NULL when none is set';
COMMENT ON COLUMN segments.conditions IS 'Number of conditions, at any depth';
COMMENT ON COLUMN segments.created_by IS 'The author, when the definition names one';
COMMENT ON COLUMN segments.created_at IS 'When it was registered';
COMMENT ON COLUMN segments.version IS 'The newest version of its definition, see segment_versions';
COMMENT ON COLUMN segments.members IS 'Members now; NULL before the first evaluation';
COMMENT ON COLUMN segments.last_evaluated_at IS 'The tick of its last good evaluation';
COMMENT ON COLUMN segments.classic IS 'Whether it is a migrated, read-only segment';

CREATE TABLE segment_versions (
    segment_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL,
    definition JSON NOT NULL,
    first_used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE segment_versions IS 'One row a version of a definition, of deleted segments too';
COMMENT ON COLUMN segment_versions.segment_id IS 'The segment';
COMMENT ON COLUMN segment_versions.version IS 'Counted from 1';
COMMENT ON COLUMN segment_versions.name IS 'The name it had in this version';
COMMENT ON COLUMN segment_versions.fingerprint IS 'Equal for two versions that have the same members by definition';
COMMENT ON COLUMN segment_versions.definition IS 'The definition as JSON, with the keys of its YAML';
COMMENT ON COLUMN segment_versions.first_used_at IS 'The first tick that was evaluated with it';
COMMENT ON COLUMN segment_versions.created_at IS 'When it was first read';

CREATE TABLE membership_history (
    segment_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    left_at TIMESTAMPTZ,
    version INTEGER NOT NULL
);
COMMENT ON TABLE membership_history IS 'One row a stay of a user in a segment. Who was in at T: entered_at <= T AND (left_at IS NULL OR left_at > T)';
COMMENT ON COLUMN membership_history.segment_id IS 'The segment';
COMMENT ON COLUMN membership_history.user_id IS 'The user, of the system of the segment';
COMMENT ON COLUMN membership_history.entered_at IS 'The first tick of the stay';
COMMENT ON COLUMN membership_history.left_at IS 'The first tick without the user; NULL while the stay lasts';
COMMENT ON COLUMN membership_history.version IS 'The version of the definition at entry';

CREATE TABLE cut_stays (
    segment_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    member_since TIMESTAMPTZ,
    is_cut BOOLEAN NOT NULL
);
COMMENT ON TABLE cut_stays IS 'One row a stay of membership_history that ends or begins where a backfilled span meets ticks that stay as they were told';
COMMENT ON COLUMN cut_stays.segment_id IS 'The segment';
COMMENT ON COLUMN cut_stays.user_id IS 'The user, of the system of the segment';
COMMENT ON COLUMN cut_stays.entered_at IS 'The first tick of the stay';
COMMENT ON COLUMN cut_stays.member_since IS 'The entry that its snapshots go on showing, where no entry was counted at entered_at; else NULL';
COMMENT ON COLUMN cut_stays.is_cut IS 'Whether no exit was counted where it ends';

CREATE VIEW memberships AS
SELECT h.segment_id, h.user_id, coalesce(c.member_since, h.entered_at) AS entered_at
FROM membership_history AS h
LEFT JOIN cut_stays AS c USING (segment_id, user_id, entered_at)
WHERE h.left_at IS NULL;
COMMENT ON VIEW memberships IS 'One row a present member of a segment';
COMMENT ON COLUMN memberships.segment_id IS 'The segment';
COMMENT ON COLUMN memberships.user_id IS 'The user, of the system of the segment';
COMMENT ON COLUMN memberships.entered_at IS 'The first tick of the present stay';

CREATE TABLE runs (
    run_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    attempt INTEGER NOT NULL,
    status VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    seconds DOUBLE NOT NULL,
    is_backfill BOOLEAN NOT NULL
);
COMMENT ON TABLE runs IS 'One row an attempt at a tick';
COMMENT ON COLUMN runs.run_id IS 'The tick and the number of the attempt';
COMMENT ON COLUMN runs."at" IS 'The tick: the instant that was evaluated';
COMMENT ON COLUMN runs.attempt IS 'Counted from 1 for each tick';
COMMENT ON COLUMN runs.status IS 'How it ended';
COMMENT ON COLUMN runs.position IS 'The ingest position it saw: everything ingested until then, nothing later';
COMMENT ON COLUMN runs.started_at IS 'When it began, by the clock';
COMMENT ON COLUMN runs.seconds IS 'How long it took';
COMMENT ON COLUMN runs.is_backfill IS 'Whether it filled or restated a tick before the newest';

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
    bounds JSON NOT NULL,
    seconds DOUBLE NOT NULL
);
COMMENT ON TABLE run_segments IS 'One row a segment in a run: enough to repeat its evaluation';
COMMENT ON COLUMN run_segments.run_id IS 'The run';
COMMENT ON COLUMN run_segments.segment_id IS 'The segment';
COMMENT ON COLUMN run_segments."at" IS 'The tick';
COMMENT ON COLUMN run_segments.version IS 'The version of the definition that was evaluated';
COMMENT ON COLUMN run_segments.mode IS 'incremental, full, or kept when the membership stayed without an evaluation';
COMMENT ON COLUMN run_segments.status IS 'The status of the segment after the run';
COMMENT ON COLUMN run_segments.reason IS 'Why, when there is something to say';
COMMENT ON COLUMN run_segments.members IS 'Members after the run';
COMMENT ON COLUMN run_segments.entered IS 'Users who were not members before';
COMMENT ON COLUMN run_segments.exited IS 'Users who are members no longer';
COMMENT ON COLUMN run_segments.stayed IS 'Members before and after';
COMMENT ON COLUMN run_segments.bounds IS 'The UTC bounds that each range of the definition had';
COMMENT ON COLUMN run_segments.seconds IS 'How long the segment took';

CREATE TABLE condition_sizes (
    segment_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    version INTEGER NOT NULL,
    place INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    users BIGINT NOT NULL,
    kept_out BIGINT NOT NULL
);
COMMENT ON TABLE condition_sizes IS 'One row a condition that all members of a segment satisfy, and the instant it was measured: when its version was new, and each night';
COMMENT ON COLUMN condition_sizes.segment_id IS 'The segment';
COMMENT ON COLUMN condition_sizes."at" IS 'The tick whose membership was looked at';
COMMENT ON COLUMN condition_sizes.version IS 'The version of the definition';
COMMENT ON COLUMN condition_sizes.place IS 'Its place among the conditions, from 1';
COMMENT ON COLUMN condition_sizes.rule IS 'The condition in words';
COMMENT ON COLUMN condition_sizes.users IS 'Known users who satisfy it, whatever else';
COMMENT ON COLUMN condition_sizes.kept_out IS 'Users who satisfy every other condition and not this one: without it they would be members';

CREATE VIEW membership_changes AS
WITH changes AS (
    SELECT segment_id, user_id, 'entered' AS change, entered_at AS "at"
    FROM membership_history
    ANTI JOIN (FROM cut_stays WHERE member_since IS NOT NULL) USING (segment_id, user_id, entered_at)
    UNION ALL
    SELECT segment_id, user_id, 'exited' AS change, left_at AS "at"
    FROM membership_history
    ANTI JOIN (FROM cut_stays WHERE is_cut) USING (segment_id, user_id, entered_at)
    WHERE left_at IS NOT NULL
),
decided AS (
    SELECT s.segment_id, s.at, max_by(s.run_id, r.attempt) AS run_id
    FROM run_segments AS s
    JOIN runs AS r USING (run_id)
    WHERE s.status <> 'Failed'
    GROUP BY s.segment_id, s.at
)
SELECT c.segment_id, c.user_id, c.change, c.at, d.run_id
FROM changes AS c
LEFT JOIN decided AS d ON d.segment_id = c.segment_id AND d.at = c.at;
COMMENT ON VIEW membership_changes IS 'One row a user entering or leaving a segment';
COMMENT ON COLUMN membership_changes.segment_id IS 'The segment';
COMMENT ON COLUMN membership_changes.user_id IS 'The user, of the system of the segment';
COMMENT ON COLUMN membership_changes.change IS 'entered or exited';
COMMENT ON COLUMN membership_changes."at" IS 'The tick at which it was seen';
COMMENT ON COLUMN membership_changes.run_id IS 'The run that found it, its newest good attempt; NULL for an import or a deletion';

CREATE TABLE segment_sizes (
    segment_id VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    members BIGINT NOT NULL,
    entered BIGINT NOT NULL,
    exited BIGINT NOT NULL
);
COMMENT ON TABLE segment_sizes IS 'One row a segment and evaluated tick';
COMMENT ON COLUMN segment_sizes.segment_id IS 'The segment';
COMMENT ON COLUMN segment_sizes."at" IS 'The tick';
COMMENT ON COLUMN segment_sizes.members IS 'Members at the tick';
COMMENT ON COLUMN segment_sizes.entered IS 'Users who were not members at the evaluated tick before';
COMMENT ON COLUMN segment_sizes.exited IS 'Users who are members no longer';

CREATE TABLE syncs (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    remote_id VARCHAR,
    remote_name VARCHAR,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    generation BIGINT NOT NULL,
    snapshot_at TIMESTAMPTZ,
    pushed_at TIMESTAMPTZ
);
COMMENT ON TABLE syncs IS 'One row a segment at a destination';
COMMENT ON COLUMN syncs.destination IS 'The name of the destination in the project file';
COMMENT ON COLUMN syncs.segment_id IS 'The segment';
COMMENT ON COLUMN syncs.remote_id IS 'What the vendor calls it';
COMMENT ON COLUMN syncs.remote_name IS 'The name it has there';
COMMENT ON COLUMN syncs.status IS 'How the newest push ended';
COMMENT ON COLUMN syncs.reason IS 'Why, when there is something to say';
COMMENT ON COLUMN syncs.generation IS 'Number of pushes so far';
COMMENT ON COLUMN syncs.snapshot_at IS 'The tick whose members the destination holds';
COMMENT ON COLUMN syncs.pushed_at IS 'When the newest push ended';

CREATE TABLE sync_batches (
    batch_id VARCHAR NOT NULL,
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    generation BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    action VARCHAR NOT NULL,
    users BIGINT NOT NULL,
    user_ids VARCHAR[] NOT NULL,
    outcome VARCHAR NOT NULL,
    detail VARCHAR,
    job VARCHAR,
    planned_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ
);
COMMENT ON TABLE sync_batches IS 'One row a request to a destination, written before it was sent';
COMMENT ON COLUMN sync_batches.batch_id IS 'The batch';
COMMENT ON COLUMN sync_batches.destination IS 'The destination';
COMMENT ON COLUMN sync_batches.segment_id IS 'The segment';
COMMENT ON COLUMN sync_batches.generation IS 'The push it belongs to';
COMMENT ON COLUMN sync_batches.ordinal IS 'Its place in the push';
COMMENT ON COLUMN sync_batches.action IS 'What the request does';
COMMENT ON COLUMN sync_batches.users IS 'Users in it';
COMMENT ON COLUMN sync_batches.user_ids IS 'These users';
COMMENT ON COLUMN sync_batches.outcome IS 'planned, sent, done, refused or unknown';
COMMENT ON COLUMN sync_batches.detail IS 'What the destination said';
COMMENT ON COLUMN sync_batches.job IS 'What the destination works it off as, while it does';
COMMENT ON COLUMN sync_batches.planned_at IS 'When it was planned';
COMMENT ON COLUMN sync_batches.answered_at IS 'When the answer came';

CREATE TABLE sync_rejects (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE sync_rejects IS 'One row a user that a destination does not take into a segment';
COMMENT ON COLUMN sync_rejects.destination IS 'The destination';
COMMENT ON COLUMN sync_rejects.segment_id IS 'The segment';
COMMENT ON COLUMN sync_rejects.user_id IS 'The user';
COMMENT ON COLUMN sync_rejects.reason IS 'What the destination said';
COMMENT ON COLUMN sync_rejects."at" IS 'When';

CREATE TABLE exports (
    export_id VARCHAR NOT NULL,
    segment_id VARCHAR,
    snapshot_at TIMESTAMPTZ NOT NULL,
    format VARCHAR NOT NULL,
    attributes VARCHAR[] NOT NULL,
    file VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    removed_at TIMESTAMPTZ
);
COMMENT ON TABLE exports IS 'One row an export that was finished: the catalog';
COMMENT ON COLUMN exports.export_id IS 'The id it is downloaded by';
COMMENT ON COLUMN exports.segment_id IS 'The segment whose members it holds; NULL: the table of segments';
COMMENT ON COLUMN exports.snapshot_at IS 'The tick whose members it holds, or the instant of the table';
COMMENT ON COLUMN exports.format IS 'csv, xlsx or parquet';
COMMENT ON COLUMN exports.attributes IS 'Attributes that have a column in it';
COMMENT ON COLUMN exports.file IS 'Its name in the folder of exports';
COMMENT ON COLUMN exports.rows IS 'Members or segments in it';
COMMENT ON COLUMN exports.sha256 IS 'Hash of the file';
COMMENT ON COLUMN exports.created_at IS 'When it was made';
COMMENT ON COLUMN exports.removed_at IS 'When its file was removed because nobody had asked for it lately; NULL while it is there';

CREATE TABLE source_files (
    path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason VARCHAR,
    rows BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    conflicts BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    source VARCHAR NOT NULL,
    system VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    first_at TIMESTAMPTZ,
    last_at TIMESTAMPTZ,
    ingested_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE source_files IS 'One row a file and content ever looked at: rows = accepted + duplicates + conflicts + rejected + skipped';
COMMENT ON COLUMN source_files.path IS 'The file';
COMMENT ON COLUMN source_files.sha256 IS 'Hash of its bytes';
COMMENT ON COLUMN source_files.status IS 'loaded, refused, changed (other content under a loaded name) or duplicate (loaded under another name)';
COMMENT ON COLUMN source_files.reason IS 'Why it was not loaded';
COMMENT ON COLUMN source_files.rows IS 'Rows in the file';
COMMENT ON COLUMN source_files.accepted IS 'Rows that count';
COMMENT ON COLUMN source_files.duplicates IS 'Rows that were there already';
COMMENT ON COLUMN source_files.conflicts IS 'Rows with the id of another event and other content; the first one stays';
COMMENT ON COLUMN source_files.rejected IS 'Rows that cannot be read, see rejected_rows';
COMMENT ON COLUMN source_files.skipped IS 'Rows that are not for evaluation, such as those of a test environment';
COMMENT ON COLUMN source_files.source IS 'The source of the project file';
COMMENT ON COLUMN source_files.system IS 'The system of the source';
COMMENT ON COLUMN source_files.format IS 'The format of the source';
COMMENT ON COLUMN source_files.size_bytes IS 'Size of the file';
COMMENT ON COLUMN source_files.first_at IS 'The earliest timestamp in it';
COMMENT ON COLUMN source_files.last_at IS 'The latest timestamp in it';
COMMENT ON COLUMN source_files.ingested_at IS 'When it was read';

CREATE TABLE rejected_rows (
    path VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    raw VARCHAR NOT NULL
);
COMMENT ON TABLE rejected_rows IS 'One row a line that could not be read';
COMMENT ON COLUMN rejected_rows.path IS 'The file, see source_files.path';
COMMENT ON COLUMN rejected_rows.line IS 'The line in it, counted from 1';
COMMENT ON COLUMN rejected_rows.reason IS 'What is wrong with it';
COMMENT ON COLUMN rejected_rows.raw IS 'The line, or its beginning';

CREATE TABLE publication (
    published_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL
);
COMMENT ON TABLE publication IS 'One row: when this file was written';
COMMENT ON COLUMN publication.published_at IS 'The instant; attribute records from then on are not in users yet';
COMMENT ON COLUMN publication.state IS 'Which state of the store it shows, for headcount verify';

CREATE TABLE seen_events (
    system VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    events BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE seen_events IS 'One row an event name of a system: what there is to write rules with';
COMMENT ON COLUMN seen_events.system IS 'The system';
COMMENT ON COLUMN seen_events.event IS 'The name of the event';
COMMENT ON COLUMN seen_events.events IS 'Events of this name';
COMMENT ON COLUMN seen_events.first_at IS 'The earliest of them';
COMMENT ON COLUMN seen_events.last_at IS 'The latest of them';

CREATE TABLE seen_properties (
    system VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    property VARCHAR NOT NULL,
    events BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    examples VARCHAR[] NOT NULL
);
COMMENT ON TABLE seen_properties IS 'One row an event name and top-level property';
COMMENT ON COLUMN seen_properties.system IS 'The system';
COMMENT ON COLUMN seen_properties.event IS 'The name of the event';
COMMENT ON COLUMN seen_properties.property IS 'The key in its properties';
COMMENT ON COLUMN seen_properties.events IS 'Events of this name that have it';
COMMENT ON COLUMN seen_properties.first_at IS 'The earliest of them';
COMMENT ON COLUMN seen_properties.last_at IS 'The latest of them';
COMMENT ON COLUMN seen_properties.examples IS 'Its first values as JSON, cut where they are long';

CREATE TABLE seen_attributes (
    system VARCHAR NOT NULL,
    attribute VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    examples VARCHAR[] NOT NULL
);
COMMENT ON TABLE seen_attributes IS 'One row a top-level attribute of a system';
COMMENT ON COLUMN seen_attributes.system IS 'The system';
COMMENT ON COLUMN seen_attributes.attribute IS 'The key of the attribute';
COMMENT ON COLUMN seen_attributes.records IS 'Records that set or unset it';
COMMENT ON COLUMN seen_attributes.first_at IS 'The earliest of them';
COMMENT ON COLUMN seen_attributes.last_at IS 'The latest of them';
COMMENT ON COLUMN seen_attributes.examples IS 'Its first values as JSON, cut where they are long';

CREATE TABLE segment_files (
    segment_id VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    orphaned BOOLEAN NOT NULL,
    expired_at TIMESTAMPTZ
);
COMMENT ON TABLE segment_files IS 'One row a registered segment: where its definition stands';
COMMENT ON COLUMN segment_files.segment_id IS 'The segment';
COMMENT ON COLUMN segment_files.file IS 'The file in the folder of the project';
COMMENT ON COLUMN segment_files.orphaned IS 'Whether the file is gone: the segment goes on until it is deleted';
COMMENT ON COLUMN segment_files.expired_at IS 'The instant that froze its membership; NULL while it is evaluated';

CREATE TABLE sync_holds (
    destination VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    snapshot_at TIMESTAMPTZ NOT NULL,
    held_at TIMESTAMPTZ NOT NULL,
    reasons VARCHAR[] NOT NULL,
    adds BIGINT NOT NULL,
    removes BIGINT NOT NULL,
    approved_at TIMESTAMPTZ
);
COMMENT ON TABLE sync_holds IS 'One row a push that a guard held back';
COMMENT ON COLUMN sync_holds.destination IS 'The destination';
COMMENT ON COLUMN sync_holds.segment_id IS 'The segment';
COMMENT ON COLUMN sync_holds.snapshot_at IS 'The tick whose members wait';
COMMENT ON COLUMN sync_holds.held_at IS 'Since when one waits';
COMMENT ON COLUMN sync_holds.reasons IS 'Why it waits';
COMMENT ON COLUMN sync_holds.adds IS 'Users it would add';
COMMENT ON COLUMN sync_holds.removes IS 'Users it would remove';
COMMENT ON COLUMN sync_holds.approved_at IS 'When a person let it go; NULL while it waits';
