-- purpose: whom a request tells of what, written with it
-- params: destination, batch_id; frame tellings(subject, event, user_id, at, system_id)
INSERT INTO notices BY NAME
SELECT $destination AS destination, subject, event, user_id, "at", system_id, $batch_id AS batch_id
FROM tellings
