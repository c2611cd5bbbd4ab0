-- purpose: how the rows of a file that was read again differ from those it held before
-- params: file_code
-- grain: one row
-- columns: gained (events), gained_values (attribute values), lost (rows of either kind)
WITH holds AS (
    SELECT position, NULL AS key, true AS is_event
    FROM events
    WHERE file_code = $file_code
    UNION ALL
    SELECT position, key, false
    FROM attributes
    WHERE file_code = $file_code
),

gained AS (SELECT * FROM holds EXCEPT SELECT * FROM held_rows),

lost AS (SELECT * FROM held_rows EXCEPT SELECT * FROM holds)

SELECT
    (SELECT count(*) FROM gained WHERE is_event) AS gained,
    (SELECT count(*) FROM gained WHERE NOT is_event) AS gained_values,
    (SELECT count(*) FROM lost) AS lost
