-- purpose: the catalogue counts the attribute values from a position on, by key
-- params: system_code, from_position, examples (values to keep), characters (of each)
-- grain: changes or adds one row a top-level key
MERGE INTO seen_attributes AS seen
USING (
    SELECT
        key,
        count(*) AS records,
        min("at") AS first_at,
        max("at") AS last_at,
        arg_min(left(value, $characters), (position, user_code), $examples) AS examples
    FROM attributes
    WHERE system_code = $system_code
        AND position >= $from_position
        AND key IS NOT NULL
    GROUP BY key
) AS came
ON seen.system_code = $system_code AND seen.key = came.key
WHEN MATCHED THEN UPDATE SET
    records = seen.records + came.records,
    first_at = least(seen.first_at, came.first_at),
    last_at = greatest(seen.last_at, came.last_at),
    examples = (seen.examples || came.examples)[:$examples]
WHEN NOT MATCHED THEN INSERT VALUES (
    $system_code, came.key, came.records, came.first_at, came.last_at, came.examples
)
