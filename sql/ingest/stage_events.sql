-- purpose: put the events of one batch beside those of the batches before it
-- params: none; reads the lent frame batch_events
INSERT INTO staged_events BY NAME FROM batch_events
