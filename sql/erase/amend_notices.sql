-- purpose: what users were told by a request is told of it under its other id
UPDATE notices AS n
SET batch_id = r.new_id
FROM renamed_batches AS r
WHERE r.batch_id = n.batch_id
