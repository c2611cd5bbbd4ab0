-- purpose: whether a destination answers, and until when it wants to be left alone
-- params: destination
-- grain: one row, none while all is well
-- columns: failures_in_row, paused_until, gone_address
SELECT failures_in_row, paused_until, gone_address
FROM destination_health
WHERE destination = $destination
