-- purpose: the staged attributes that say something new; those of a conflicting event say nothing
-- params: system_code
-- grain: one row a user, key, instant and value that the store does not hold, at its first line
-- columns: line, user_id, at, key (null: a record without keys that makes its user known earlier), value
CREATE OR REPLACE TEMP TABLE kept_attributes AS
WITH told AS (
    SELECT min(line) AS line, user_id, "at", key, value
    FROM staged_attributes
    WHERE line NOT IN (SELECT line FROM verdicts WHERE verdict = 'conflict')
    GROUP BY user_id, "at", key, value
),

coded AS (
    SELECT told.*, users.user_code, users.first_attribute_at
    FROM told
    LEFT JOIN users
        ON users.system_code = $system_code AND users.user_id = told.user_id
)

SELECT line, user_id, coded."at", coded.key, coded.value
FROM coded
LEFT JOIN attributes AS stored
    ON stored.system_code = $system_code
    AND stored.user_code = coded.user_code
    AND stored."at" = coded."at"
    AND stored.key = coded.key
    AND stored.value = coded.value
WHERE stored.user_code IS NULL
    AND (
        coded.key IS NOT NULL
        OR coded.first_attribute_at IS NULL
        OR coded."at" < coded.first_attribute_at
    )
