-- purpose: ticks of the past told after newer ones, which stay as they were told

-- a run that filled or restated a tick before the newest
ALTER TABLE runs ADD COLUMN is_backfill BOOLEAN DEFAULT false;

-- Where a backfilled span meets the tick after it, stays are cut: that tick, and all after, show what they showed.
-- `member_since` is the entry that the part after a cut goes on being shown with, NULL: entered_at.
-- `is_cut` marks the part before one: at its end no exit was counted.
ALTER TABLE membership ADD COLUMN member_since TIMESTAMPTZ;
ALTER TABLE membership ADD COLUMN is_cut BOOLEAN DEFAULT false;
