-- purpose: which segments are watched
-- params: none
-- grain: one row a destination and segment
-- columns: destination, segment_id
SELECT destination, segment_id FROM notice_watches
