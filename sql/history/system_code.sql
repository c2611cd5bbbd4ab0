-- purpose: the code of a system, if anything of it was ever ingested
-- params: $system
-- grain: one row or none
-- columns: system_code
SELECT system_code FROM systems WHERE system = $system
