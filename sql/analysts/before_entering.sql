-- purpose: what each user did last before entering a segment
-- Of the entries of the last 7 days before the newest run: the ten last events of the 30 days before each.
-- For one user, put it into a subquery and add WHERE segment = '…' AND user_id = '…'.
-- grain: one row an event, the newest entry first and its last event first
-- columns: segment, user_id, entered_at, step (1 is the last event), event, timestamp, earlier (how long before the entry)
WITH newest AS (
    SELECT max(r.at) AS tick
    FROM runs AS r
),
entries AS (
    SELECT s.name AS segment, s.system, h.user_id, h.entered_at
    FROM membership_history AS h
    JOIN segments AS s USING (segment_id)
    CROSS JOIN newest
    WHERE h.entered_at > newest.tick - INTERVAL 7 DAYS
),
steps AS (
    SELECT
        n.segment,
        n.user_id,
        n.entered_at,
        e.event,
        e.timestamp,
        row_number() OVER (
            PARTITION BY n.segment, n.user_id, n.entered_at
            ORDER BY e.timestamp DESC, e.event_id
        ) AS step
    FROM entries AS n
    JOIN events AS e
        ON e.system = n.system
        AND e.user_id = n.user_id
        AND e.timestamp < n.entered_at
        AND e.timestamp >= n.entered_at - INTERVAL 30 DAYS
    -- The same once more, so that files of older events are not opened.
    WHERE e.timestamp >= (SELECT tick - INTERVAL 37 DAYS FROM newest)
)
SELECT
    segment,
    user_id,
    entered_at,
    step,
    event,
    timestamp,
    entered_at - timestamp AS earlier
FROM steps
WHERE step <= 10
ORDER BY entered_at DESC, segment, user_id, step
