-- purpose: the exports are those of the ledger that was published
INSERT INTO exports BY NAME FROM ledger.exports
