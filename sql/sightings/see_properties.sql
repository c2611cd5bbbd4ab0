-- purpose: the catalogue counts the gathered properties and keeps their first values
-- params: system_code, from_position, examples (values to keep), characters (of each),
--     most (properties of one event name; those seen later are not catalogued)
-- grain: changes or adds one row an event name and property
MERGE INTO seen_properties AS seen
USING (
    WITH known AS (
        SELECT event_code, count(*) AS properties
        FROM seen_properties
        WHERE system_code = $system_code
        GROUP BY event_code
    ),

    ranked AS (
        SELECT
            came.*,
            coalesce(len(seen.examples), 0) AS held,
            seen.property IS NOT NULL
            OR coalesce(known.properties, 0) + row_number() OVER (
                PARTITION BY came.event_code, seen.property IS NULL
                ORDER BY came.first_position, came.property
            ) <= $most AS is_kept
        FROM sighted_properties AS came
        LEFT JOIN seen_properties AS seen
            ON seen.system_code = $system_code
            AND seen.event_code = came.event_code
            AND seen.property = came.property
        LEFT JOIN known ON known.event_code = came.event_code
    ),

    looked_at AS (
        SELECT event_code, property, unnest(earliest[:$examples - held]) AS position
        FROM ranked
        WHERE is_kept AND held < $examples
    ),

    told AS (
        SELECT
            looked_at.event_code,
            looked_at.property,
            list(
                -- A pointer: the dollar syntax knows no empty key and reads a star.
                left(json_extract(
                    properties,
                    '/' || replace(replace(property, '~', '~0'), '/', '~1')
                ), $characters)
                ORDER BY looked_at.position
            ) AS examples
        FROM looked_at
        INNER JOIN events
            ON events.system_code = $system_code
            AND events.position >= $from_position
            AND events.position = looked_at.position
        GROUP BY looked_at.event_code, looked_at.property
    )

    SELECT ranked.*, coalesce(told.examples, []) AS examples
    FROM ranked
    LEFT JOIN told USING (event_code, property)
    WHERE is_kept
) AS came
ON seen.system_code = $system_code
    AND seen.event_code = came.event_code
    AND seen.property = came.property
WHEN MATCHED THEN UPDATE SET
    events = seen.events + came.events,
    first_at = least(seen.first_at, came.first_at),
    last_at = greatest(seen.last_at, came.last_at),
    examples = seen.examples || came.examples
WHEN NOT MATCHED THEN INSERT VALUES (
    $system_code,
    came.event_code,
    came.property,
    came.events,
    came.first_at,
    came.last_at,
    came.examples
)
