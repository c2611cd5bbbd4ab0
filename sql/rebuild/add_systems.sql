-- purpose: the systems of segments whose users were only ever listed have a code
-- grain: adds one row a system that has none
INSERT INTO systems (system_code, system)
SELECT
    (SELECT coalesce(max(system_code) + 1, 0) FROM systems) + row_number() OVER (ORDER BY system) - 1,
    system
FROM (SELECT DISTINCT system FROM segments)
WHERE system NOT IN (SELECT system FROM systems)
