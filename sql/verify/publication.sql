-- purpose: when the analysts' database was published, and of which state of the store
-- grain: one row
-- columns: published_at, state
SELECT published_at, state FROM shown.publication
