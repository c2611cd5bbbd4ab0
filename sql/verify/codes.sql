-- purpose: systems whose codes of users or event names are not 0, 1, 2, …
-- grain: one row such a system and kind
-- columns: subject, found, wanted
SELECT
    system || ' ' || kind AS subject,
    codes || ' codes, ' || different || ' different, up to ' || newest AS found,
    'codes 0, 1, 2, … without a gap' AS wanted
FROM (
    SELECT
        system_code,
        'users' AS kind,
        count(*) AS codes,
        count(DISTINCT user_code) AS different,
        max(user_code) AS newest
    FROM users
    GROUP BY system_code
    UNION ALL
    SELECT
        system_code,
        'event names' AS kind,
        count(*) AS codes,
        count(DISTINCT event_code) AS different,
        max(event_code) AS newest
    FROM event_names
    GROUP BY system_code
)
JOIN systems USING (system_code)
WHERE codes <> different OR newest <> codes - 1
ORDER BY system, kind
