-- purpose: other ids for the requests that name erased users, as theirs were made of those of the users
-- params: $user_ids
-- columns: batch_id, new_id
CREATE OR REPLACE TEMP TABLE renamed_batches AS
SELECT batch_id, uuid()::VARCHAR AS new_id
FROM sync_batches
WHERE list_has_any(user_ids, $user_ids::VARCHAR[])
