-- purpose: how many records there are of some top-level attribute keys, of all times
-- params: $system_code, $keys
-- grain: one row
-- columns: records
SELECT count(*) AS records
FROM attributes
WHERE system_code = $system_code
  AND key IN (SELECT unnest($keys))
