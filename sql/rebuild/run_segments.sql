-- purpose: the run_segments are those of the publication
INSERT INTO run_segments BY NAME FROM shown.run_segments
