-- purpose: how fresh the data of each source is
-- params: none
-- grain: one row a source that has a file in the ledger
-- columns: source, system, files, accepted, rejected, newest_at, ingested_at
SELECT
    source,
    system,
    count(*) FILTER (status = 'loaded') AS files,
    coalesce(sum(accepted) FILTER (status = 'loaded'), 0)::BIGINT AS accepted,
    coalesce(sum(rejected) FILTER (status = 'loaded'), 0)::BIGINT AS rejected,
    max(last_at) FILTER (status = 'loaded') AS newest_at,
    max(ingested_at) AS ingested_at
FROM source_files
GROUP BY source, system
ORDER BY source
