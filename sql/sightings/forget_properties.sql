-- purpose: the catalogue of properties of a system is empty, to be counted anew
-- params: system_code
-- grain: removes every row of the system
DELETE FROM seen_properties WHERE system_code = $system_code
