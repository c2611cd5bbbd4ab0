"""The rows of an export: the members of one snapshot, in batches, never all at once.

Source: interface.md §7. A batch is a frame whose columns are the headings in order;
attribute columns hold canonical JSON until a writer says what it makes of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

import polars as pl
import pyarrow.parquet as pq

from headcount.canonical import canonical_json
from headcount.rules.paths import ABSENT, candidates, find
from headcount.store.warehouse import Warehouse

MEMBER_COLUMNS = ("segment_id", "segment_name", "user_id", "entered_at")

INSTANT = "%Y-%m-%dT%H:%M:%S%.fZ"  # how an instant reads where it is text

BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Table:
    """What a writer writes: headings, and which of them hold attribute values.

    `segment_id`, `segment_name` and `user_id` are text, `entered_at` is an instant.
    `file` holds the gathered rows: `user_id`, `entered_at`, `values`.
    """

    file: Path
    segment_id: str
    segment_name: str
    attributes: tuple[str, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading of every column, each once."""
        return (*MEMBER_COLUMNS, *self.attribute_headings)

    @property
    def attribute_headings(self) -> tuple[str, ...]:
        """Those of the attributes, in their order: their names where these are free."""
        taken = list(MEMBER_COLUMNS)
        for heading in self.attributes:
            while heading in taken:
                heading = f"attribute.{heading}"  # noqa: PLW2901
            taken.append(heading)
        return tuple(taken[len(MEMBER_COLUMNS) :])

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """The rows by `user_id`, in frames of at most `rows`."""
        keys = keys_of(self.attributes)
        with pq.ParquetFile(self.file) as file:
            for batch in file.iter_batches(batch_size=rows):
                gathered = cast("pl.DataFrame", pl.from_arrow(batch))
                yield gathered.select(
                    pl.lit(self.segment_id).alias("segment_id"),
                    pl.lit(self.segment_name).alias("segment_name"),
                    "user_id",
                    "entered_at",
                    *(
                        _value_at(path, keys).alias(heading)
                        for path, heading in zip(
                            self.attributes, self.attribute_headings, strict=True
                        )
                    ),
                )


def gather_members(
    warehouse: Warehouse,
    snapshot: Path,
    target: Path,
    *,
    system: str,
    at: datetime,
    attributes: Sequence[str],
) -> int:
    """`target` holds the members of `snapshot`; returns how many.

    One row a member, by `user_id`: `user_id`, `entered_at`, and in `values` what the
    run of the tick `at` saw under each of `keys_of(attributes)`. This is all that an
    export asks of the store, so that it is not held while the file is written.
    """
    params = {
        "snapshot": str(snapshot),
        "system": system,
        "at": at,
        "keys": keys_of(attributes),
        "path": str(target),
    }
    ((rows,),) = warehouse.rows("exports/members", params)
    return int(rows)


def keys_of(attributes: Sequence[str]) -> list[str]:
    """The top-level keys under which these attributes may lie, dotted paths too."""
    return sorted({keys[0] for path in attributes for keys in candidates(path)})


def to_text(values: pl.Series) -> pl.Series:
    """Attribute values as text: `"a"` is a, 1 is 1, an object is its JSON."""
    is_text = values.str.starts_with('"').fill_null(value=False)
    inner = values.str.strip_prefix('"').str.strip_suffix('"')
    texts = inner.zip_with(is_text, values)
    has_escapes = values.str.contains("\\", literal=True).fill_null(value=False)
    escaped = is_text & has_escapes
    if not escaped.any():
        return texts
    return texts.scatter(
        escaped.arg_true(), [json.loads(value) for value in values.filter(escaped)]
    )


def is_number(values: pl.Series) -> pl.Series:
    """Whether each attribute value is a number; text that looks like one is not."""
    return values.str.contains("^[-0-9]").fill_null(value=False)


def _value_at(path: str, keys: Sequence[str]) -> pl.Expr:
    """The canonical JSON of the attribute at `path`, null where nothing is there."""
    values = pl.col("values")
    if "." not in path:
        return values.list.get(keys.index(path))
    return values.map_elements(
        lambda held: _dotted(dict(zip(keys, held, strict=True)), path),
        return_dtype=pl.String,
    )


def _dotted(held: dict[str, str | None], path: str) -> str | None:
    record = {
        key: json.loads(value, parse_float=Decimal)
        for key, value in held.items()
        if value is not None
    }
    found = find(record, path)
    return None if found is ABSENT or found is None else canonical_json(found)
