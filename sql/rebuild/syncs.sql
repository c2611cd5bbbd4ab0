-- purpose: the syncs are those of the ledger that was published
INSERT INTO syncs BY NAME FROM ledger.syncs
