-- purpose: the destination_health are those of the ledger that was published
INSERT INTO destination_health BY NAME FROM ledger.destination_health
