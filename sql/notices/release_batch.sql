-- purpose: a request told nobody: who was to be told by it is told later
-- params: batch_id
DELETE FROM notices WHERE batch_id = $batch_id
