-- purpose: what becomes of the staged events whose id is taken, in the store or further up in the file
-- grain: one row such an event; every other one is accepted
-- columns: line, verdict: duplicate (equal content) or conflict (other content under the same id),
--     origin (the earlier file that holds the id, null when the file itself does)
CREATE OR REPLACE TEMP TABLE verdicts AS
SELECT
    held.line,
    CASE
        WHEN (held.user_id, held.event, held."at", held.properties)
            = (staged.user_id, staged.event, staged."at", staged.properties)
            THEN 'duplicate'
        ELSE 'conflict'
    END AS verdict,
    held.origin
FROM held
INNER JOIN staged_events AS staged USING (line)
