-- purpose: which staged events have the id of one in the store
-- params: system_code
-- grain: one row such an event
-- columns: line, position and file_code (of the stored one)
CREATE OR REPLACE TEMP TABLE stored_before AS
SELECT staged.line, events.position, events.file_code
FROM staged_events AS staged
INNER JOIN events
    ON events.id_namespace = staged.id_namespace
    AND events.event_id = staged.event_id
WHERE events.system_code = $system_code
