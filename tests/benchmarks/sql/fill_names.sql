-- purpose: the store knows the event names of the generated events
-- params: none
-- grain: adds one row a name
INSERT INTO event_names SELECT 0, i, 'event ' || i FROM range(300) AS t (i)
