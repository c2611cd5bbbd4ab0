-- purpose: what the runs until an instant said of each segment
-- params: at TIMESTAMPTZ, NULL for all runs
-- grain: one row a segment with a run at or before the instant; of several attempts the newest counts
-- columns: segment_id, version, status, reason, evaluated_at, members, entered, exited (of the newest good evaluation)
WITH said AS (
    SELECT DISTINCT ON (s.segment_id) s.segment_id, s.version, s.status, s.reason
    FROM run_segments AS s
    JOIN runs AS r USING (run_id)
    WHERE $at IS NULL OR s.at <= $at
    ORDER BY s.segment_id, s.at DESC, r.attempt DESC
),
sized AS (
    SELECT DISTINCT ON (segment_id) segment_id, "at" AS evaluated_at, members, entered, exited
    FROM segment_sizes
    WHERE $at IS NULL OR "at" <= $at
    ORDER BY segment_id, "at" DESC
)
SELECT
    coalesce(said.segment_id, sized.segment_id) AS segment_id,
    said.version,
    said.status,
    said.reason,
    sized.evaluated_at,
    sized.members,
    sized.entered,
    sized.exited
FROM said
FULL JOIN sized ON sized.segment_id = said.segment_id
ORDER BY 1
