-- purpose: publish the registered segments as their newest definition describes them
-- frames: evaluation_ends (segment_id, evaluation_end)
-- grain: one row a segment that is not deleted
INSERT INTO published.segments BY NAME
SELECT
    s.segment_id,
    v.definition ->> '$.name' AS name,
    coalesce(v.definition ->> '$.description', '') AS description,
    s.system,
    s.status,
    s.status_reason,
    CASE json_type(v.definition, '$.date_range')
        WHEN 'OBJECT' THEN concat_ws(
            ' ',
            'from ' || (v.definition ->> '$.date_range.from'),
            'to ' || (v.definition ->> '$.date_range.to')
        )
        ELSE coalesce(v.definition ->> '$.date_range', 'all time')
    END AS date_range,
    e.evaluation_end,
    (
        SELECT count(*)
        FROM json_tree(v.definition) AS node
        WHERE regexp_full_match(
            node.fullkey,
            '\$\.rules\[\d+\](\.(all|any)\[\d+\]|\.not)*'
            '\.(event|sequence|attribute|segment|everyone)'
        )
    ) AS conditions,
    v.definition ->> '$.created_by' AS created_by,
    s.registered_at AS created_at,
    s.version,
    s.members,
    s.last_evaluated_at,
    s.is_classic AS classic
FROM segments AS s
JOIN segment_versions AS v USING (segment_id, version)
LEFT JOIN evaluation_ends AS e USING (segment_id)
WHERE s.deleted_at IS NULL
ORDER BY s.segment_id
