-- purpose: somebody asked for a finished export again
-- params: $export_id, $now
-- grain: one row
UPDATE exports SET asked_at = $now
WHERE export_id = $export_id AND asked_at < $now
