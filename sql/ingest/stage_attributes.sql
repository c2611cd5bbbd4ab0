-- purpose: put the attributes of one batch beside those of the batches before it
-- params: none; reads the lent frame batch_attributes
INSERT INTO staged_attributes BY NAME FROM batch_attributes
