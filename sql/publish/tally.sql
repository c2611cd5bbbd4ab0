-- purpose: how many events there are, and what came after the published ones
-- params: $after (the newest published position)
-- grain: one row
-- columns: known (events up to `after`), newest (position; `after` when nothing came)
SELECT
    -- Both are cheap however long the history: a row count, and the newest row groups.
    (SELECT count(*) FROM events)
    - (SELECT count(*) FROM events WHERE position > $after) AS known,
    coalesce(
        (SELECT max(position) FROM events WHERE position > $after), $after
    ) AS newest
