-- purpose: published files with events of the users to be erased are written anew by the next publication
-- grain: changes one row a live file
UPDATE published_parts AS p
SET rows = -1  -- no file has so many: the publication compares
WHERE p.retired_at IS NULL
    AND EXISTS (
        FROM erased_rows AS r
        WHERE r.is_event AND r.position > p.after_position AND r.position <= p.upto_position
    )
