-- purpose: the segment_sizes are those of the publication
INSERT INTO segment_sizes BY NAME FROM shown.segment_sizes
