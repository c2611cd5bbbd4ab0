-- purpose: the files that nobody asked for lately are not to be had any more
-- params: $before (asked for before then; null: none), $kept VARCHAR[] (ids that stay), $now
-- grain: one row a file
UPDATE exports SET removed_at = $now
WHERE removed_at IS NULL AND asked_at < $before AND NOT list_contains($kept, export_id)
