-- purpose: other content under the path of a retracted file waits for no decision any more
-- params: source, path
-- grain: removes one row a content that was not loaded
DELETE FROM source_files
WHERE source = $source AND path = $path AND status = 'changed'
