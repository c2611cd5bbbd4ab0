-- purpose: a push begins; whoever still pushes for an older generation is fenced out
-- params: destination, segment_id
-- grain: one row
-- columns: generation
UPDATE syncs
SET generation = generation + 1, status = 'pushing'
WHERE destination = $destination AND segment_id = $segment_id
RETURNING generation
