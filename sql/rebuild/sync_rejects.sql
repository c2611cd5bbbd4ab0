-- purpose: the sync_rejects are those of the publication
INSERT INTO sync_rejects BY NAME FROM shown.sync_rejects
