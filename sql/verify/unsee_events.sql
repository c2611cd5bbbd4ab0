-- purpose: the events are those of today again
DROP TABLE IF EXISTS temp.events
