-- purpose: which staged events have the id of one in the store
-- params: system_code
-- grain: one row such an event
-- columns: line, place (the stored event's rowid, by which it is read without a scan), file_code
CREATE OR REPLACE TEMP TABLE stored_before AS
SELECT staged.line, events.rowid AS place, events.file_code
FROM staged_events AS staged
INNER JOIN events
    ON events.event_id = staged.event_id
    -- Equal, said as a range: a second key would make the join half as fast.
    AND events.id_namespace BETWEEN staged.id_namespace AND staged.id_namespace
WHERE events.system_code = $system_code
