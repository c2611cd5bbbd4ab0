-- purpose: a refused file that was read again has one ledger row, the new one
-- params: source, path, sha256
-- grain: removes at most one row
DELETE FROM source_files
WHERE source = $source AND path = $path AND sha256 = $sha256 AND status = 'refused'
