-- purpose: the notices are those of the ledger that was published
INSERT INTO notices BY NAME FROM ledger.notices
