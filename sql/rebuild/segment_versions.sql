-- purpose: the versions of definitions are those of the publication
INSERT INTO segment_versions BY NAME
SELECT * EXCLUDE (name) FROM shown.segment_versions
