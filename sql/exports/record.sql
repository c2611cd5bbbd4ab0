-- purpose: an export file is finished and can be downloaded
-- params: $export_id, $fingerprint, $segment_id, $snapshot_at, $format, $attributes, $file, $rows, $sha256, $created_at
-- grain: one row
INSERT OR REPLACE INTO exports BY NAME
SELECT
    $export_id AS export_id,
    $fingerprint AS fingerprint,
    $segment_id AS segment_id,
    $snapshot_at AS snapshot_at,
    $format AS format,
    $attributes AS attributes,
    $file AS file,
    $rows AS rows,
    $sha256 AS sha256,
    $created_at AS created_at,
    $created_at AS asked_at,
    NULL AS removed_at
