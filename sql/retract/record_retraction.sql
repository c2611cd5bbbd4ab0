-- purpose: the ledger knows that the rows of a file were taken out, how many and when
-- params: file_code, now
-- grain: adds one row
INSERT INTO retractions
SELECT
    $file_code,
    $now,
    (SELECT count(*) FROM events WHERE file_code = $file_code),
    (SELECT count(*) FROM attributes WHERE file_code = $file_code)
