-- purpose: publish what each run found for each segment
-- grain: one row a run and segment
INSERT INTO published.run_segments BY NAME
SELECT
    run_id,
    segment_id,
    "at",
    version,
    mode,
    status,
    reason,
    members,
    entered,
    exited,
    stayed,
    bounds,
    seconds
FROM run_segments
ORDER BY "at", run_id, segment_id
