-- purpose: who was refused alone is not told, and not tried again
-- params: batch_id
UPDATE notices SET batch_id = NULL WHERE batch_id = $batch_id
