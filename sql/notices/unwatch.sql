-- purpose: segments that are named no more are watched no more; named again they begin anew
-- params: frame wanted_watches(destination, segment_id)
DELETE FROM notice_watches AS w
WHERE NOT EXISTS (
    FROM wanted_watches AS t
    WHERE t.destination = w.destination AND t.segment_id = w.segment_id
)
