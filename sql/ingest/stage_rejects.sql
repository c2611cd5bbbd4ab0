-- purpose: put the rejects of one batch beside those of the batches before it
-- params: none; reads the lent frame batch_rejects
INSERT INTO staged_rejects BY NAME FROM batch_rejects
