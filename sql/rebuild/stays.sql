-- purpose: the stays of the publication
-- grain: one row a stay
-- columns: segment_id, user_id, entered_at, left_at, version, member_since, is_cut
SELECT
    h.segment_id,
    h.user_id,
    h.entered_at,
    h.left_at,
    h.version,
    c.member_since,
    coalesce(c.is_cut, false) AS is_cut
FROM shown.membership_history AS h
LEFT JOIN shown.cut_stays AS c USING (segment_id, user_id, entered_at)
