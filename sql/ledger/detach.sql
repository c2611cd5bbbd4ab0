-- purpose: the published ledger is closed
DETACH ledger
