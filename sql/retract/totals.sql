-- purpose: how many rows a retraction took out
-- params: file_codes
-- grain: one row
-- columns: events, attributes
SELECT
    coalesce(sum(events), 0)::BIGINT AS events,
    coalesce(sum(attributes), 0)::BIGINT AS attributes
FROM retractions
WHERE file_code IN (SELECT unnest($file_codes))
