-- purpose: exports of the table of segments, their attribute columns, and when a file may go
-- `segment_id` NULL is the table of segments. `asked_at` is when the file was asked for last: from
-- then on it is kept for as long as the project says. `removed_at` says that it is gone.
ALTER TABLE exports ALTER COLUMN segment_id DROP NOT NULL;
ALTER TABLE exports ADD COLUMN attributes VARCHAR[] DEFAULT [];
ALTER TABLE exports ADD COLUMN asked_at TIMESTAMPTZ;
ALTER TABLE exports ADD COLUMN removed_at TIMESTAMPTZ;
UPDATE exports SET asked_at = created_at;
