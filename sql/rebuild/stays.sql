-- purpose: the stays of the publication
-- grain: one row a stay
-- columns: segment_id, user_id, entered_at, left_at, version
SELECT segment_id, user_id, entered_at, left_at, version FROM shown.membership_history
