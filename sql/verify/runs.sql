-- purpose: runs that saw more than was ingested, and findings of no run
-- grain: one row such a run or finding
-- columns: subject, found, wanted
SELECT
    'run ' || run_id AS subject,
    'position ' || position AS found,
    'at most ' || (SELECT coalesce(max(last_position), 0) FROM source_files) AS wanted
FROM runs
WHERE position > (SELECT coalesce(max(last_position), 0) FROM source_files)
UNION ALL
SELECT 'run ' || run_id AS subject, 'findings for ' || segment_id AS found, 'a run' AS wanted
FROM run_segments
ANTI JOIN runs USING (run_id)
ORDER BY subject
