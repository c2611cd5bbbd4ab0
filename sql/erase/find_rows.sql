-- purpose: the lines that told of the users to be erased, by file
-- grain: one row a line
-- columns: file_code, position, is_event
CREATE OR REPLACE TEMP TABLE erased_rows AS
SELECT file_code, position, bool_or(is_event) AS is_event
FROM (
    SELECT e.file_code, e.position, true AS is_event
    FROM events AS e
    SEMI JOIN erased_users USING (system_code, user_code)
    UNION ALL
    SELECT a.file_code, a.position, false AS is_event
    FROM attributes AS a
    SEMI JOIN erased_users USING (system_code, user_code)
)
GROUP BY file_code, position
