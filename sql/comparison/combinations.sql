-- purpose: how many users are in exactly which of some segments of one system at an instant
-- params: $segment_ids VARCHAR[], $at
-- grain: one row a combination of segments that somebody is in, the largest first
-- columns: segment_ids (ascending), members
WITH held AS (
    SELECT user_code, list(segment_id ORDER BY segment_id) AS segment_ids
    FROM membership
    WHERE segment_id IN (SELECT unnest($segment_ids))
      AND entered_at <= $at AND (left_at IS NULL OR left_at > $at)
    GROUP BY user_code
)
SELECT segment_ids, count(*) AS members
FROM held
GROUP BY segment_ids
ORDER BY members DESC, segment_ids
