-- purpose: the requests to destinations are those of the publication
INSERT INTO sync_batches BY NAME
SELECT * EXCLUDE (users) FROM shown.sync_batches
