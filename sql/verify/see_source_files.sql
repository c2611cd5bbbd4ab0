-- purpose: the files that a run saw
-- params: $position
INSERT INTO seen.source_files FROM source_files WHERE last_position <= $position
