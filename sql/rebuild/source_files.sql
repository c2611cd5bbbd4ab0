-- purpose: the source_files are those of the ledger that was published
INSERT INTO source_files BY NAME FROM ledger.source_files
