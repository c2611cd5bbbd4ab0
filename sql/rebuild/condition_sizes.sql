-- purpose: the condition_sizes are those of the publication
INSERT INTO condition_sizes BY NAME FROM shown.condition_sizes
