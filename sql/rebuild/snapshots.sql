-- purpose: the snapshots are those of the ledger that was published
INSERT INTO snapshots BY NAME FROM ledger.snapshots
