-- purpose: the published ledger says which state of the store it is of
-- params: $state
CREATE TABLE ledger.publication AS SELECT $state AS state
