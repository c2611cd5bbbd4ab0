-- purpose: a destination that wanted nothing more is called again
-- params: destination
UPDATE destination_health SET gone_address = NULL WHERE destination = $destination
