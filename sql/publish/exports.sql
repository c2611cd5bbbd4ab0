-- purpose: publish the catalog of exports
-- grain: one row an export
INSERT INTO published.exports BY NAME
SELECT
    export_id,
    segment_id,
    snapshot_at,
    format,
    attributes,
    file,
    rows,
    sha256,
    created_at,
    removed_at
FROM exports
ORDER BY created_at, export_id
