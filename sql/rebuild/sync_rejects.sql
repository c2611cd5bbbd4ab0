-- purpose: the sync_rejects are those of the ledger that was published
INSERT INTO sync_rejects BY NAME FROM ledger.sync_rejects
