-- purpose: write down a request before it is sent
-- params: batch_id, destination, segment_id, generation, ordinal, action, user_ids, at
INSERT INTO sync_batches (batch_id, destination, segment_id, generation, ordinal, action, user_ids, outcome, planned_at)
VALUES ($batch_id, $destination, $segment_id, $generation, $ordinal, $action, $user_ids, 'planned', $at)
