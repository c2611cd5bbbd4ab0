-- purpose: what was published, under the names and in the shape of the store; nothing here is written to
-- `users` holds the system that is asked about, see users.sql; a number is wide as ingest says, or its like.

CREATE VIEW systems AS
SELECT (row_number() OVER (ORDER BY system) - 1)::USMALLINT AS system_code, system
FROM (SELECT system FROM published.users UNION SELECT system FROM published.segments);

CREATE TABLE users (
    system_code USMALLINT,
    user_code UINTEGER,
    user_id VARCHAR,
    first_event_at TIMESTAMPTZ,
    last_event_at TIMESTAMPTZ,
    first_attribute_at TIMESTAMPTZ,
    attributes VARCHAR,
    is_wide BOOLEAN
);

CREATE VIEW event_names AS
SELECT
    system_code,
    (row_number() OVER (ORDER BY system, event) - 1)::UINTEGER AS event_code,
    event
FROM published.seen_events
JOIN systems USING (system);

-- a row's place in the files stands for its position: it is unique, and the same each time
CREATE VIEW events AS
SELECT
    u.system_code,
    n.event_code,
    u.user_code,
    e.timestamp AS "at",
    (f.number << 40) + e.file_row_number AS position,
    '' AS id_namespace,
    e.event_id,
    e.properties,
    regexp_matches(e.properties, '[0-9.]{16}|0\.0000') AS is_wide
FROM event_rows AS e
JOIN (
    SELECT file, row_number() OVER (ORDER BY file) AS number FROM published.event_files
) AS f ON f.file = e.filename
JOIN systems AS y ON y.system = e.system
JOIN event_names AS n ON n.system_code = y.system_code AND n.event = e.event
JOIN users AS u ON u.system_code = n.system_code AND u.user_id = e.user_id;

CREATE TABLE wide_attributes (
    system_code USMALLINT, user_code UINTEGER, key VARCHAR, "at" TIMESTAMPTZ, value VARCHAR
);

-- only the latest value of each is published, and it is told at the user's first instant
CREATE VIEW attributes AS
SELECT u.system_code, u.user_code, a.key, u.first_event_at AS "at", a.value::VARCHAR AS value
FROM users AS u, json_each(u.attributes) AS a
WHERE NOT u.is_wide
UNION ALL
SELECT system_code, user_code, key, "at", value FROM wide_attributes;

CREATE VIEW segment_versions AS
SELECT
    segment_id,
    version,
    fingerprint,
    definition::VARCHAR AS definition,
    first_used_at,
    created_at
FROM published.segment_versions;

CREATE VIEW segments AS
SELECT
    s.segment_id,
    s.system,
    f.file,
    s.version,
    s.status,
    s.status_reason,
    s.classic AS is_classic,
    f.orphaned AS is_orphaned,
    s.members,
    s.last_evaluated_at,
    f.expired_at,
    NULL::TIMESTAMPTZ AS deleted_at
FROM published.segments AS s
JOIN published.segment_files AS f USING (segment_id)
UNION ALL
-- of a deleted one only the versions are left
SELECT
    v.segment_id,
    v.definition ->> '$.system' AS system,
    '' AS file,
    v.version,
    'Active' AS status,
    NULL AS status_reason,
    false AS is_classic,
    false AS is_orphaned,
    NULL AS members,
    NULL AS last_evaluated_at,
    NULL AS expired_at,
    p.published_at AS deleted_at
FROM published.segment_versions AS v, published.publication AS p
WHERE v.segment_id NOT IN (SELECT segment_id FROM published.segments)
QUALIFY v.version = max(v.version) OVER (PARTITION BY v.segment_id);

CREATE VIEW membership AS
SELECT h.segment_id, u.user_code, h.entered_at, h.left_at, h.version, c.member_since
FROM published.membership_history AS h
LEFT JOIN published.cut_stays AS c USING (segment_id, user_id, entered_at)
JOIN segments AS s USING (segment_id)
JOIN systems AS y ON y.system = s.system
JOIN users AS u ON u.system_code = y.system_code AND u.user_id = h.user_id;

CREATE VIEW runs AS FROM published.runs;
CREATE VIEW run_segments AS FROM published.run_segments;
CREATE VIEW segment_sizes AS FROM published.segment_sizes;

CREATE VIEW seen_events AS
SELECT n.system_code, n.event_code, s.events, s.first_at, s.last_at
FROM published.seen_events AS s
JOIN systems AS y USING (system)
JOIN event_names AS n ON n.system_code = y.system_code AND n.event = s.event;

CREATE VIEW seen_properties AS
SELECT n.system_code, n.event_code, s.property, s.events, s.first_at, s.last_at, s.examples
FROM published.seen_properties AS s
JOIN systems AS y USING (system)
JOIN event_names AS n ON n.system_code = y.system_code AND n.event = s.event;

CREATE VIEW seen_attributes AS
SELECT y.system_code, s.attribute AS key, s.records, s.first_at, s.last_at, s.examples
FROM published.seen_attributes AS s
JOIN systems AS y USING (system);
