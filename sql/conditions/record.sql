-- purpose: what one condition of a segment does to its size
-- params: $segment_id, $at, $version, $place, $rule, $users, $kept_out
-- grain: one row
INSERT INTO condition_sizes BY NAME
SELECT
    $segment_id AS segment_id,
    $at AS "at",
    $version AS version,
    $place AS place,
    $rule AS rule,
    $users AS users,
    $kept_out AS kept_out
