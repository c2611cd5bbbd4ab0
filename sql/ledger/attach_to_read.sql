-- purpose: read the ledger that was published
-- params: $path
ATTACH $path AS ledger (READ_ONLY)
