-- purpose: publish the finished export files
-- grain: one row an export
INSERT INTO published.exports BY NAME
SELECT
    export_id,
    segment_id,
    snapshot_at,
    format,
    file,
    rows,
    sha256,
    created_at
FROM exports
ORDER BY created_at, export_id
