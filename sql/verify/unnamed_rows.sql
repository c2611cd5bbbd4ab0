-- purpose: rows whose codes stand for no user, event name or segment
-- grain: one row a kind that has some
-- columns: subject, found, wanted
SELECT kind AS subject, count(*) || ' rows without a name' AS found, 'none' AS wanted
FROM (
    SELECT 'events, by user' AS kind
    FROM events
    ANTI JOIN users USING (system_code, user_code)
    UNION ALL
    SELECT 'events, by event name' AS kind
    FROM events
    ANTI JOIN event_names USING (system_code, event_code)
    UNION ALL
    SELECT 'attributes, by user' AS kind
    FROM attributes
    ANTI JOIN users USING (system_code, user_code)
    UNION ALL
    SELECT 'stays, by user' AS kind
    FROM membership AS m
    LEFT JOIN segments AS g USING (segment_id)
    LEFT JOIN systems AS s USING (system)
    ANTI JOIN users AS u ON u.system_code = s.system_code AND u.user_code = m.user_code
)
GROUP BY kind
ORDER BY kind
