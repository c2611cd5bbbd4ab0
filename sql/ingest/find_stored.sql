-- purpose: which staged events have the id of one in the store
-- params: system_code
-- grain: one row an event of the store with such an id, whatever its namespace
-- columns: line, place (the stored event's rowid), file_code, is_same (the namespace is the same too)
-- One text is looked up three times as fast as two; the few events that are found are read by rowid, without a scan.
CREATE OR REPLACE TEMP TABLE stored_before AS
SELECT
    staged.line,
    events.rowid AS place,
    events.file_code,
    events.id_namespace = staged.id_namespace AS is_same
FROM staged_events AS staged
INNER JOIN events ON events.event_id = staged.event_id
WHERE events.system_code = $system_code
