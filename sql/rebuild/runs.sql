-- purpose: the runs are those of the publication
INSERT INTO runs BY NAME FROM shown.runs
