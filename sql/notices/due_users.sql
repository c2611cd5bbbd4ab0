-- purpose: users who entered or left a watched segment and were not told of it
-- params: destination, segment_id, event (entered, exited), system_id, earliest, tells_first, repeats: whether who was
--   told by a request without an answer is told again
-- grain: one row a user by id: of entered a present member and the stay, of exited one who is none and the last stay
-- columns: user_id, user_code, at, told_at (of what the user was told last, or NULL), taken_back (the newest that was
--   told and is no more, as its tick was told again, or NULL)
-- Of what a backfill tells of the past nobody is notified.
WITH backfilled AS (
    SELECT DISTINCT s.at
    FROM run_segments AS s
    JOIN runs AS r USING (run_id)
    WHERE s.segment_id = $segment_id AND r.is_backfill
),
named AS (
    SELECT
        u.user_id,
        m.user_code,
        CASE $event WHEN 'entered' THEN coalesce(m.member_since, m.entered_at) ELSE m.left_at END AS "at",
        m.left_at IS NULL AS is_member,
        $event = 'exited' AND (m.is_cut OR m.left_at IN (FROM backfilled)) AS is_past
    FROM membership AS m
    JOIN segments AS g USING (segment_id)
    JOIN systems AS y ON y.system = g.system
    JOIN users AS u ON u.system_code = y.system_code AND u.user_code = m.user_code
    WHERE m.segment_id = $segment_id
),
happened AS (
    SELECT user_id, user_code, max("at") FILTER (NOT is_past) AS "at"
    FROM named
    GROUP BY ALL
    HAVING bool_or(is_member) = ($event = 'entered') AND NOT bool_and(is_past)
),
told AS (
    SELECT
        n.user_id,
        list(n.at) AS instants,
        max(n.at) AS told_at,
        max(n.at) FILTER (p.user_code IS NULL AND n.at NOT IN (FROM backfilled)) AS taken_back
    FROM notices AS n
    LEFT JOIN sync_batches AS b USING (batch_id)
    LEFT JOIN named AS p ON p.user_id = n.user_id AND p.at = n.at
    WHERE n.destination = $destination AND n.subject = $segment_id
      AND n.event = $event AND n.system_id = $system_id
      AND (b.outcome IS NULL OR b.outcome NOT IN ('planned', 'refused'))
      AND NOT ($repeats AND b.outcome IS NOT NULL AND b.outcome IN ('sent', 'unknown'))
    GROUP BY n.user_id
)
SELECT h.user_id, h.user_code, h.at, t.told_at, t.taken_back
FROM happened AS h
JOIN notice_watches AS w ON w.destination = $destination AND w.segment_id = $segment_id
LEFT JOIN told AS t ON t.user_id = h.user_id
WHERE (h.at > w.since OR ($tells_first AND $event = 'entered'))
  AND greatest(h.at, w.since) > $earliest
  AND (
    $tells_first
    OR NOT EXISTS (
        FROM segment_versions AS v
        WHERE v.segment_id = $segment_id AND v.first_used_at = h.at
    )
  )
  AND (t.instants IS NULL OR NOT list_contains(t.instants, h.at))
ORDER BY h.user_id
