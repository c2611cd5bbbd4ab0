-- purpose: the events that hold the ids of staged ones, in the store or further up in the file
-- params: system_code
-- grain: one row a staged event whose id is taken
-- columns: line, user_id, event, at, properties (of the event that holds the id),
--     origin (its file, an earlier one; null when it stands in the same file)
-- A table, not a part of judge_events: DuckDB then knows how few rows there are, and does not build its hash table
-- of the whole file.
CREATE OR REPLACE TEMP TABLE held AS
SELECT
    stored_before.line,
    users.user_id,
    event_names.event,
    events."at",
    events.properties::VARCHAR AS properties,
    events.file_code AS origin
FROM stored_before
INNER JOIN events ON events.rowid = stored_before.place
INNER JOIN users
    ON users.system_code = $system_code AND users.user_code = events.user_code
INNER JOIN event_names
    ON event_names.system_code = $system_code
    AND event_names.event_code = events.event_code
UNION ALL
SELECT
    repeats.line,
    first.user_id,
    first.event,
    first."at",
    first.properties,
    NULL AS origin
FROM repeats
INNER JOIN staged_events AS first ON first.line = repeats.first_line
WHERE repeats.line NOT IN (SELECT line FROM stored_before)
