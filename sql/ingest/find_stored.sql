-- purpose: which staged events have the id of one that an earlier file brought
-- params: system_code, file_code
-- grain: one row such an event
-- columns: line, position (of the stored one)
CREATE OR REPLACE TEMP TABLE stored_before AS
SELECT staged.line, events.position
FROM staged_events AS staged
INNER JOIN events
    ON events.id_namespace = staged.id_namespace
    AND events.event_id = staged.event_id
WHERE events.system_code = $system_code AND events.file_code < $file_code
