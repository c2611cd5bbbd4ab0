"""Parquet for machines: every value as it is, nothing neutralised.

`entered_at` is a UTC timestamp in microseconds, every other column is text; a number
of an attribute stands in its shortest decimal form, an object or a list as JSON.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from headcount.exports.rows import Table, to_text

ROW_GROUP_ROWS = 100_000


def write_parquet(table: Table, path: Path) -> int:
    """`path` holds the table; returns the number of rows. Equal rows, equal bytes."""
    schema = pa.schema(
        [
            (name, pa.timestamp("us", "UTC") if name == "entered_at" else pa.string())
            for name in table.headings
        ]
    )
    written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for batch in table.batches(ROW_GROUP_ROWS):
            file.write_table(_to_text(batch, table).to_arrow().cast(schema))
            written += batch.height
    return written


def _to_text(batch: pl.DataFrame, table: Table) -> pl.DataFrame:
    return batch.with_columns(
        to_text(batch.get_column(name)).alias(name) for name in table.attribute_headings
    )
