-- purpose: the version of a definition that decided a membership at an instant
-- params: $segment_id, $at
-- grain: one row; before any version was used, the first one
-- columns: version, definition
WITH told AS (
    SELECT max("at") AS "at" FROM segment_sizes WHERE segment_id = $segment_id AND "at" <= $at
),
-- A backfill may have told the tick with a version that is newer than those after it.
decided AS (
    SELECT max_by(s.version, r.attempt) AS version
    FROM told AS t
    JOIN run_segments AS s ON s.segment_id = $segment_id AND s.at = t.at AND s.mode <> 'kept'
    JOIN runs AS r USING (run_id)
)
SELECT v.version, v.definition
FROM segment_versions AS v, decided AS d
WHERE v.segment_id = $segment_id
ORDER BY
    coalesce(v.version = d.version, false) DESC,
    coalesce(v.first_used_at <= $at, false) DESC,
    CASE WHEN v.first_used_at <= $at THEN -v.version ELSE v.version END
LIMIT 1
