-- purpose: the live files whose events are no longer those of the store (a retraction, an erasure)
-- grain: one row a file
-- columns: part
SELECT part
FROM published_parts AS p
WHERE retired_at IS NULL
  AND rows <> (
      SELECT count(*)
      FROM events AS e
      WHERE e.position > p.after_position AND e.position <= p.upto_position
  )
