-- purpose: what changes with everything that is published, to tell an old publication from a wrong one
-- grain: one row
-- columns: state
SELECT
    concat_ws(
        '/',
        (SELECT concat_ws('-', count(*), max(file_code)) FROM source_files),
        (SELECT count(*) FROM retractions),
        (SELECT count(*) FROM runs),
        (SELECT count(*) FROM segment_sizes),
        (SELECT sum(hash(g)) FROM segments AS g),
        (SELECT sum(hash(v)) FROM segment_versions AS v),
        (SELECT sum(hash(s)) FROM syncs AS s),
        (SELECT concat_ws('-', count(*), count(answered_at)) FROM sync_batches),
        (SELECT count(*) FROM exports)
    ) AS state
