-- purpose: the store knows which earlier files had told some of this file's rows
-- params: file_code
-- grain: adds one row an earlier file
INSERT INTO shared_rows
SELECT $file_code, origin, count(*)
FROM (
    SELECT origin FROM verdicts
    UNION ALL
    SELECT origin FROM told_attributes
)
WHERE origin IS NOT NULL
GROUP BY origin
