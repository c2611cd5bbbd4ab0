-- purpose: the published_parts are those of the ledger that was published
INSERT INTO published_parts BY NAME FROM ledger.published_parts
