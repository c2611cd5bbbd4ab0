-- purpose: the generated events are in the store, as an ingest of them would have left them
-- params: none
-- grain: adds one row an event
INSERT INTO events BY NAME
SELECT
    0 AS system_code,
    event_code,
    user_code,
    "at",
    i + 1 AS position,
    '' AS id_namespace,
    event_id,
    '{"amount":' || amount || ',"item":"' || item || '","page":"' || page
    || '","plan":"' || plan || '","quantity":' || quantity || '}' AS properties,
    false AS is_wide,
    0 AS file_code
FROM generated
ORDER BY event_code, user_code, "at", i
