-- purpose: a destination answers again; a pause it asked for stays
-- params: destination
UPDATE destination_health SET failures_in_row = 0
WHERE destination = $destination AND failures_in_row > 0
