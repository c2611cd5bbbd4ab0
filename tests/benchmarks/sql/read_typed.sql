-- purpose: the peer: DuckDB's own typed reading of the file into a table; what it cannot read it leaves out
-- params: $path
CREATE TABLE events AS
SELECT *
FROM read_json(
    $path,
    format = 'newline_delimited',
    ignore_errors = true,
    columns = {
        event_id: 'VARCHAR',
        user_id: 'VARCHAR',
        event: 'VARCHAR',
        timestamp: 'TIMESTAMPTZ',
        properties: 'STRUCT(page VARCHAR, item VARCHAR, quantity BIGINT, amount DOUBLE, plan VARCHAR)'
    }
)
