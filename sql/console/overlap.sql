-- purpose: how many members two segments share
-- params: $segment_id, $other
-- grain: one row
-- columns: members, others, shared
WITH ours AS (SELECT user_id FROM memberships WHERE segment_id = $segment_id),
theirs AS (SELECT user_id FROM memberships WHERE segment_id = $other)
SELECT
    (SELECT count(*) FROM ours) AS members,
    (SELECT count(*) FROM theirs) AS others,
    (SELECT count(*) FROM ours SEMI JOIN theirs USING (user_id)) AS shared
