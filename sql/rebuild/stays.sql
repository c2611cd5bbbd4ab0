-- purpose: the stays of the publication
-- grain: one row a stay
-- columns: segment_id, user_id, entered_at, left_at, version; member_since, is_cut unless an earlier headcount published
SELECT * FROM shown.membership_history
