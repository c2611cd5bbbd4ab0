-- purpose: the newest snapshot of every segment before an instant
-- params: $at
-- grain: one row a segment that has one
-- columns: segment_id, at, file, rows, sha256
SELECT
    segment_id,
    max("at") AS "at",
    max_by(file, "at") AS file,
    max_by(rows, "at") AS rows,
    max_by(sha256, "at") AS sha256
FROM snapshots
WHERE "at" < $at
GROUP BY segment_id
