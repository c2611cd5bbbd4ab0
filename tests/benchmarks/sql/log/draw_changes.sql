-- purpose: changes of one attribute a record, from a seed; one in ten unsets it
-- params: $seed, $first, $last (numbers of the records, the last excluded), $users,
--     $start_us, $end_us (when they take effect)
-- grain: one row a record
-- columns: line, user_code, at_us, key, value
CREATE OR REPLACE TEMP TABLE drawn_attributes AS
SELECT
    i - $first + 1 AS line,
    (hash(xor(hash(i, $seed), 8)) % $users)::UINTEGER AS user_code,
    $start_us + ((hash(xor(hash(i, $seed), 9)) % (($end_us - $start_us) // 1000)) * 1000)::BIGINT AS at_us,
    ['plan', 'seats'][1 + (of_values % 2)::INTEGER] AS key,
    CASE
        WHEN (of_values >> 8) % 10 = 0 THEN 'null'
        WHEN of_values % 2 = 0
            THEN '"' || ['free', 'trial', 'pro', 'team'][1 + ((of_values >> 16) % 4)::INTEGER] || '"'
        ELSE (1 + (of_values >> 16) % 500)::VARCHAR
    END AS value
FROM (SELECT i, hash(xor(hash(i, $seed), 10)) AS of_values FROM range($first, $last) AS t (i))
