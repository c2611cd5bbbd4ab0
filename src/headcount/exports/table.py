"""What a writer writes: columns of a kind each, over rows that lie in a Parquet file.

A writer asks for all of it as a plan, or for frame after frame; never is the whole in
memory. Columns are named by their headings, in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import polars as pl
import pyarrow.parquet as pq

Kind = Literal["text", "instant", "count", "attribute"]
"""What a column holds: text, UTC instants, whole numbers, or attribute values.

A value of an attribute is a struct of `text` and `is_number`, which says that the text
is a number and was written as one.
"""

BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and the expression over the gathered rows that is below it."""

    heading: str
    kind: Kind
    value: pl.Expr


@dataclass(frozen=True, slots=True)
class Table:
    """`file` holds the gathered rows; `noun` is what one is, its id under `key`."""

    title: str
    noun: str
    key: str
    columns: tuple[Column, ...]
    file: Path

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading of every column, each once."""
        return tuple(column.heading for column in self.columns)

    @property
    def rows(self) -> int:
        """How many rows stand under the headings."""
        return int(pq.read_metadata(self.file).num_rows)

    def plan(self) -> pl.LazyFrame:
        """The gathered rows, for the columns' expressions to be selected from."""
        return pl.scan_parquet(self.file)

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """The columns in frames of at most `rows`, in the order of the file."""
        columns = [column.value.alias(column.heading) for column in self.columns]
        with pq.ParquetFile(self.file) as file:
            for batch in file.iter_batches(batch_size=rows):
                gathered = cast("pl.DataFrame", pl.from_arrow(batch))
                yield gathered.select(columns)
