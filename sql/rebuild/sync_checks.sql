-- purpose: the sync_checks are those of the ledger that was published
INSERT INTO sync_checks BY NAME FROM ledger.sync_checks
