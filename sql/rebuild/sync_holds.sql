-- purpose: the sync_holds are those of the ledger that was published
INSERT INTO sync_holds BY NAME FROM ledger.sync_holds
