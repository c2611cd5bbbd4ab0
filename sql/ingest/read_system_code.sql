-- purpose: the code of a system
-- params: system
-- columns: system_code
SELECT system_code FROM systems WHERE system = $system
