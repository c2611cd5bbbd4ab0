-- purpose: what the staged attributes say; those of a conflicting event say nothing
-- params: system_code, file_code (only what earlier files told counts)
-- grain: one row a user, key, instant and value, at its first line
-- columns: line, user_id, at, key (null: a record without keys), value,
--     origin (the earlier file that told it, null when none did)
CREATE OR REPLACE TEMP TABLE told_attributes AS
WITH told AS (
    SELECT
        min(line) AS line,
        user_id,
        "at",
        key,
        coalesce(value, 'null') AS value
    FROM staged_attributes
    WHERE line NOT IN (SELECT line FROM verdicts WHERE verdict = 'conflict')
    GROUP BY ALL
)

SELECT told.*, stored.file_code AS origin
FROM told
LEFT JOIN users
    ON users.system_code = $system_code AND users.user_id = told.user_id
LEFT JOIN attributes AS stored
    ON stored.system_code = $system_code
    AND stored.file_code < $file_code
    AND stored.user_code = users.user_code
    AND stored."at" = told."at"
    AND stored.key IS NOT DISTINCT FROM told.key
    AND stored.value = told.value
