-- purpose: which staged events have the id of one further up in their file
-- grain: one row an event that is not the first of its id
-- columns: line, first_line
CREATE OR REPLACE TEMP TABLE repeats AS
WITH suspects AS (
    -- Numbers are counted much faster than texts; what they suspect is looked at closely.
    SELECT hash(id_namespace, event_id) AS id_hash
    FROM staged_events
    GROUP BY id_hash
    HAVING count(*) > 1
)

SELECT
    line,
    min(line) OVER (PARTITION BY id_namespace, event_id) AS first_line
FROM staged_events
WHERE hash(id_namespace, event_id) IN (SELECT id_hash FROM suspects)
QUALIFY line <> first_line
