-- purpose: these exports are no longer there
-- params: $export_ids
DELETE FROM exports WHERE export_id IN (SELECT unnest($export_ids::VARCHAR[]))
