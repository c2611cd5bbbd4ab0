"""Parquet for machines: every value as it is, nothing neutralised.

Instants are UTC timestamps in microseconds, counts are integers, everything else is
text; a number of an attribute stands in its shortest decimal form, an object or a list
as JSON.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from headcount.exports.table import Kind, Table

ROW_GROUP_ROWS = 100_000
TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "instant": pa.timestamp("us", "UTC"),
    "count": pa.int64(),
    "attribute": pa.string(),
}


def write_parquet(table: Table, path: Path) -> int:
    """`path` holds the table; returns the number of rows. Equal rows, equal bytes."""
    schema = pa.schema([(one.heading, TYPES[one.kind]) for one in table.columns])
    written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for batch in table.batches(ROW_GROUP_ROWS):
            file.write_table(_plain(batch, table).to_arrow().cast(schema))
            written += batch.height
    return written


def _plain(batch: pl.DataFrame, table: Table) -> pl.DataFrame:
    return pl.DataFrame(
        values.struct.field("text").alias(column.heading)
        if column.kind == "attribute"
        else values
        for column, values in zip(table.columns, batch, strict=True)
    )
