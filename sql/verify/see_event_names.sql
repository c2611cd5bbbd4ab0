-- purpose: the event names, as they are
INSERT INTO seen.event_names FROM event_names
