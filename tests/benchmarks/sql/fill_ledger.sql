-- purpose: the system, its names, users and one file that brought all the events so far
-- params: $users, $events
INSERT INTO systems VALUES (0, 'shop');
INSERT INTO event_names SELECT 0, i, 'event ' || i FROM range(300) AS t (i);
INSERT INTO users (system_code, user_code, user_id)
SELECT 0, i, 'user-' || i FROM range($users) AS t (i);
