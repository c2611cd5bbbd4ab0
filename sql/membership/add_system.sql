-- purpose: a system has a code, given in order of first sight
-- params: $system
-- grain: one row or none
INSERT INTO systems (system_code, system)
SELECT (SELECT coalesce(max(system_code) + 1, 0) FROM systems), $system
WHERE NOT EXISTS (SELECT 1 FROM systems WHERE system = $system)
