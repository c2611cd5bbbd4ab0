-- purpose: events from a seed, the same ones for the same numbers
-- params: $seed, $first, $last (numbers of the lines, the last excluded), $users,
--     $known (how many events the store holds: some lines repeat one of them; 0: none does)
-- grain: one row a line
-- columns: i, event_id, user_code, event_code, at, page, item, quantity, amount (text), plan
CREATE OR REPLACE TEMP TABLE generated AS
SELECT
    i,
    md5($seed || ':' || told) AS event_id,
    (hash(told, $seed, 1) % $users)::UINTEGER AS user_code,
    -- some names are common, most are rare
    least(hash(told, $seed, 2) % 300, hash(told, $seed, 3) % 300)::UINTEGER AS event_code,
    make_timestamptz((1777593600000 + hash(told, $seed, 4) % 2592000000)::BIGINT * 1000)
        AS "at",
    '/p/' || hash(told, $seed, 5) % 300 AS page,
    'item ' || hash(told, $seed, 6) % 1000 AS item,
    (hash(told, $seed, 7) % 20)::BIGINT AS quantity,
    regexp_replace((hash(told, $seed, 8) % 10000 / 100.0)::VARCHAR, '\.0$', '') AS amount,
    ['free', 'pro', 'team'][1 + (hash(told, $seed, 9) % 3)::INTEGER] AS plan
FROM (
    SELECT
        i,
        CASE
            WHEN $known = 0 THEN i
            WHEN i % 100 = 50 THEN (hash(i, $seed) % $known)::BIGINT
            WHEN i % 100 = 51 AND i >= $first + 100 THEN i - 26
            ELSE i
        END AS told
    FROM range($first, $last) AS t (i)
)
