-- purpose: the store knows the users of the generated events
-- params: $users
-- grain: adds one row a user
INSERT INTO users (system_code, user_code, user_id)
SELECT 0, i, 'user-' || i FROM range($users) AS t (i)
