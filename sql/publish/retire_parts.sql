-- purpose: other files hold the events of these from now on
-- params: $parts, $now
UPDATE published_parts SET retired_at = $now WHERE part IN (SELECT unnest($parts))
