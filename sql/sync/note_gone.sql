-- purpose: a destination wants nothing more at this address
-- params: destination, address
INSERT INTO destination_health (destination, failures_in_row, gone_address)
VALUES ($destination, 0, $address)
ON CONFLICT DO UPDATE SET gone_address = excluded.gone_address
