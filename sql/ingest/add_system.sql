-- purpose: the system has a code
-- params: system
-- grain: one row a system, added once
INSERT INTO systems
SELECT coalesce(max(system_code) + 1, 0), $system
FROM systems
HAVING count(*) FILTER (system = $system) = 0
