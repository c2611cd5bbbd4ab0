-- purpose: the troubles are those of the ledger that was published
INSERT INTO troubles BY NAME FROM ledger.troubles
