-- purpose: the retractions are those of the ledger that was published
INSERT INTO retractions BY NAME FROM ledger.retractions
