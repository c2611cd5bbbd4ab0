-- purpose: a destination failed (failures 1) or asked for a pause (0); the longest pause counts
-- params: destination, failures, paused_until
INSERT INTO destination_health (destination, failures_in_row, paused_until)
VALUES ($destination, $failures, $paused_until)
ON CONFLICT DO UPDATE
SET failures_in_row = failures_in_row + excluded.failures_in_row,
    paused_until = greatest(paused_until, excluded.paused_until)
