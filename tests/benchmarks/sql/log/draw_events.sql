-- purpose: events from a seed in the order of their arrival, the same ones for the same numbers
-- params: $seed, $first, $last (numbers of the events, the last excluded), $users, $names,
--     $first_slot, $slots (the quarters of an hour they arrive in), $start_us (when slot 0 begins),
--     $new_user, $new_name (the codes of the first user and of the name that they bring; null: none)
-- grain: one row an event
-- columns: i, user_code, event_code, at_us, page, cents, quantity, order_id, mobile (each null where
--     the event has none)
CREATE OR REPLACE TEMP TABLE drawn AS
-- DuckDB's hash of several numbers ties those together that differ in the last: one is hashed at a time.
WITH dice AS (
    SELECT
        i,
        i - $first AS line,
        -- Zipf and Mandelbrot: the chance of rank r goes with 1 / (r + users / 1000)
        (hash(xor(hash(i, $seed), 1)) >> 11) / 9007199254740992.0 AS of_user,
        (hash(xor(hash(i, $seed), 2)) >> 11) / 9007199254740992.0 AS of_event,
        hash(xor(hash(i, $seed), 3)) AS of_time,
        hash(xor(hash(i, $seed), 4)) AS of_values,
        hash(xor(hash(i, $seed), 5)) AS of_gaps
    FROM range($first, $last) AS t (i)
),

placed AS (
    SELECT
        *,
        CASE
            WHEN $new_user IS NOT NULL AND line % 500 = 7 THEN $new_user + line // 500
            ELSE floor($users / 1000 * (pow(1001, of_user) - 1))
        END::UINTEGER AS user_code,
        CASE
            WHEN $new_name IS NOT NULL AND line % 500 = 13 THEN $new_name
            ELSE floor(pow($names + 1, of_event)) - 1
        END::UINTEGER AS event_code,
        -- each thousand: 970 of the quarter before, 25 up to two days late, 4 up to twenty, 1 up to two hours ahead
        CASE
            WHEN of_time % 1000 < 970 THEN 0
            WHEN of_time % 1000 < 995 THEN (of_time >> 40) % 172800000
            WHEN of_time % 1000 < 999 THEN (of_time >> 32) % 1728000000
            ELSE -7200000 + (of_time >> 40) % 7200000
        END::BIGINT AS late_ms
    FROM dice
)

SELECT
    i,
    user_code,
    event_code,
    $start_us + 1000 * (
        900000 * ($first_slot + line * $slots // ($last - $first) + 1)
        - 1 - (of_time >> 20) % 900000 - late_ms
    )::BIGINT AS at_us,
    CASE
        WHEN of_gaps % 16 > 0 THEN
            ['/', '/pricing', '/docs', '/docs/api', '/login', '/cart', '/cart/pay', '/blog', '/Account',
                '/account/team', '/help', '/legal'][floor(pow(13, (of_values % 1000000) / 1000000.0))::INTEGER]
    END AS page,
    CASE
        WHEN of_gaps % 16 > 3 THEN floor(50000 * pow((of_values >> 20) % 100000 / 100000.0, 2))
    END::INTEGER AS cents,
    CASE WHEN of_gaps % 16 > 1 THEN 1 + (of_values >> 36) % 20 END::SMALLINT AS quantity,
    CASE
        WHEN of_gaps % 16 > 2 THEN 'o-' || (user_code::BIGINT * 16 + ((of_values >> 42) % 16)::BIGINT)
    END AS order_id,
    CASE WHEN of_gaps % 16 > 0 THEN (of_values >> 48) % 3 = 0 END AS mobile
FROM placed
