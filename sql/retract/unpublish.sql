-- purpose: published files with rows at these positions are written anew by the next publication
-- params: first_position, last_position
-- grain: changes one row a live file
UPDATE published_parts
SET rows = -1  -- no file has so many: the publication compares
WHERE retired_at IS NULL
    AND upto_position >= $first_position
    AND after_position < $last_position
