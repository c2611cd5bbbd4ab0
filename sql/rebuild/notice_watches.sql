-- purpose: the notice_watches are those of the ledger that was published
INSERT INTO notice_watches BY NAME FROM ledger.notice_watches
