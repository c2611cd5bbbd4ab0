-- purpose: the users as they are at an instant, as typed columns, for the peers to load
-- params: $path, $at_us, $offset_us (local time is so much ahead of UTC)
-- grain: one row a user, in code order
-- columns: user, known_from (microseconds; the user is known after it), and the latest value of
--     each attribute: plan, country, seats, signup (the microsecond in which its local day begins)
COPY (
    WITH latest AS (
        SELECT user_code, key, max_by(value, ("at", value)) AS value
        FROM attributes
        WHERE "at" < make_timestamptz($at_us)
        GROUP BY user_code, key
    ),

    told AS (
        SELECT
            user_code,
            max(text) FILTER (key = 'plan') AS plan,
            max(text) FILTER (key = 'country') AS country,
            max(TRY_CAST(text AS SMALLINT)) FILTER (key = 'seats') AS seats,
            max(epoch_us(TRY_CAST(text AS DATE)) - $offset_us) FILTER (key = 'signup') AS signup
        FROM (SELECT user_code, key, trim(value, '"') AS text FROM latest WHERE value <> 'null')
        GROUP BY user_code
    )

    SELECT
        user_code AS user,
        epoch_us(least(first_event_at, first_attribute_at)) AS known_from,
        plan,
        country,
        seats,
        signup
    FROM users
    LEFT JOIN told USING (user_code)
    ORDER BY user_code
) TO $path (FORMAT parquet)
