-- purpose: the first attribute record of seven users in ten, from a seed, a day before the events begin
-- params: $seed, $users, $start_us
-- grain: one row a user and key
-- columns: line, user_code, at_us, key, value
CREATE OR REPLACE TEMP TABLE drawn_attributes AS
WITH people AS (
    SELECT i, $start_us - 86400000000 AS at_us, hash(xor(hash(i, $seed), 6)) AS of_values
    FROM range($users) AS t (i)
    WHERE hash(xor(hash(i, $seed), 7)) % 10 < 7
),

told AS (
    SELECT
        i,
        at_us,
        unnest([
            {'key': 'plan', 'value': '"' || ['free', 'trial', 'pro', 'team'][1 + (of_values % 4)::INTEGER] || '"'},
            {'key': 'country', 'value': '"'
                || ['DE', 'FR', 'GB', 'IN', 'JP', 'NZ', 'US', 'br', 'de'][1 + ((of_values >> 8) % 9)::INTEGER] || '"'},
            {'key': 'seats', 'value': (1 + (of_values >> 16) % 500)::VARCHAR},
            {'key': 'signup', 'value': '"' || (DATE '2025-01-01' + ((of_values >> 32) % 480)::INTEGER) || '"'}
        ], recursive := true)
    FROM people
)

SELECT i + 1 AS line, i::UINTEGER AS user_code, at_us, key, value FROM told
