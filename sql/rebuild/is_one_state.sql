-- purpose: whether the analysts' database and the ledger were published together
-- columns: is_one
SELECT (FROM ledger.publication) = (SELECT state FROM shown.publication) AS is_one
