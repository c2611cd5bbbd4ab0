-- purpose: the drawn events are in the store, as an ingest of them would have left them
-- params: $first_position, $first (the number of the first drawn event), $file_code
-- grain: adds one row an event
INSERT INTO events BY NAME
SELECT
    0 AS system_code,
    event_code,
    user_code,
    make_timestamptz(at_us) AS "at",
    $first_position + i - $first AS position,
    '' AS id_namespace,
    'e' || i AS event_id,
    '{' || concat_ws(
        ',',
        '"amount":' || cents // 100 || CASE
            WHEN cents % 100 = 0 THEN ''
            WHEN cents % 10 = 0 THEN '.' || cents % 100 // 10
            ELSE '.' || lpad((cents % 100)::VARCHAR, 2, '0')
        END,
        '"mobile":' || mobile,
        '"order_id":"' || order_id || '"',
        '"page":"' || page || '"',
        '"quantity":' || quantity
    ) || '}' AS properties,
    false AS is_wide,
    $file_code AS file_code
FROM (FROM drawn ORDER BY event_code, user_code, at_us, i)  -- before the texts are long
