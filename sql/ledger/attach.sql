-- purpose: write the ledger that is published, from the store's connection
-- params: $path
ATTACH $path AS ledger
