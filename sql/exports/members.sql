-- purpose: the members of one snapshot, with the attribute values that the run of a tick saw
-- params: $snapshot (its file), $system, $at (the tick), $keys (top-level attributes)
-- grain: one row a member, by user_id
-- columns: user_id, entered_at, values (canonical JSON by key of $keys, null where there is none)
WITH seen AS (
    SELECT max_by(r.position, (r.at, r.attempt)) AS position
    FROM runs AS r
    WHERE r.at <= $at
),
latest AS (
    SELECT
        u.user_id,
        a.key,
        -- at the same instant the greater canonical JSON wins
        max_by(a.value, (a.at, a.value)) AS value
    FROM attributes AS a
    JOIN systems AS s USING (system_code)
    JOIN users AS u USING (system_code, user_code)
    WHERE s.system = $system
      AND a.key IN (SELECT unnest($keys))
      AND a.at < $at
      -- Records that came after the run do not change what its tick shows.
      AND a.position <= coalesce((SELECT position FROM seen), a.position)
    GROUP BY u.user_id, a.key
),
merged AS (
    SELECT user_id, map_from_entries(list((key, value))) AS held
    FROM latest
    WHERE value <> 'null'
    GROUP BY user_id
)
SELECT
    m.user_id,
    m.entered_at,
    list_transform($keys, lambda key: held[key]) AS "values"
FROM read_parquet($snapshot) AS m
LEFT JOIN merged USING (user_id)
ORDER BY m.user_id
