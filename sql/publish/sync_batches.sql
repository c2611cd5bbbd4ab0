-- purpose: publish the requests to destinations
-- grain: one row a request
INSERT INTO published.sync_batches BY NAME
SELECT
    batch_id,
    destination,
    segment_id,
    generation,
    ordinal,
    action,
    len(user_ids) AS users,
    user_ids,
    outcome,
    detail,
    job,
    planned_at,
    answered_at
FROM sync_batches
ORDER BY destination, segment_id, generation, ordinal
