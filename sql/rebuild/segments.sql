-- purpose: the segments are those of the ledger that was published
INSERT INTO segments BY NAME FROM ledger.segments
