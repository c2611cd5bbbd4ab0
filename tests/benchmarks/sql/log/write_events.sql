-- purpose: the drawn events as typed columns, for the peers to load
-- params: $path
-- grain: one row an event, in the order of arrival
COPY (SELECT * EXCLUDE (i) FROM drawn ORDER BY i) TO $path (FORMAT parquet)
