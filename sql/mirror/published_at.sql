-- purpose: as of when the published data holds
-- grain: one row
-- columns: published_at
SELECT published_at FROM published.publication
