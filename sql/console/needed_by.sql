-- purpose: the segments whose newest definition refers to another one
-- params: $reference (as canonical JSON says it: "segment":"<id>")
-- grain: one row a segment
-- columns: segment_id, name
SELECT s.segment_id, s.name
FROM segments AS s
JOIN segment_versions AS v USING (segment_id, version)
WHERE contains(v.definition::VARCHAR, $reference)
ORDER BY s.name
