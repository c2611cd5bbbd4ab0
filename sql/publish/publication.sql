-- purpose: publish when this was published, and of which state of the store
-- params: $now, $state
-- grain: one row
INSERT INTO published.publication VALUES ($now, $state)
