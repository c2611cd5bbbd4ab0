-- purpose: requests are told without the erased users, under their other ids
-- params: $user_ids
UPDATE sync_batches AS b
SET
    batch_id = r.new_id,
    user_ids = list_filter(
        b.user_ids, lambda one: NOT list_contains($user_ids::VARCHAR[], one)
    )
FROM renamed_batches AS r
WHERE r.batch_id = b.batch_id
