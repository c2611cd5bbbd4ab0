-- purpose: remember which rows a file holds, before it is read again
-- params: file_code
-- grain: one row an event, its key null, or an attribute value (its key null for a record without keys)
-- columns: position, key, is_event
CREATE OR REPLACE TEMP TABLE held_rows AS
SELECT position, NULL AS key, true AS is_event
FROM events
WHERE file_code = $file_code
UNION ALL
SELECT position, key, false
FROM attributes
WHERE file_code = $file_code
