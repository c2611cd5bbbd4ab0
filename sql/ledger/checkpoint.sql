-- purpose: everything written to the published ledger is in its one file
CHECKPOINT ledger
