"""The members of a segment at one tick, with attribute columns: interface.md §7."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from headcount.canonical import canonical_json
from headcount.errors import SnapshotDamagedError
from headcount.exports.cells import is_number, to_text
from headcount.exports.request import Info, Request
from headcount.exports.table import Column, Table
from headcount.rules.paths import ABSENT, candidates, find
from headcount.store.files import sha256_of
from headcount.store.snapshots import Snapshot
from headcount.store.warehouse import Warehouse

BATCH_ROWS = 100_000
ATTRIBUTE = pa.struct([("text", pa.string()), ("is_number", pa.bool_())])


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRequest(Request):
    """The members of one segment at one evaluated tick.

    `snapshot`, a file in `folder`, is the one valid at the tick; `rules` says in words
    what they have in common; `attributes` are names or dotted paths, a column each, as
    the tick saw them.
    """

    segment_id: str
    segment_name: str
    system: str
    rules: str
    snapshot: Snapshot
    folder: Path

    @property
    def subject(self) -> str:
        """The segment."""
        return self.segment_id

    @property
    def content(self) -> dict[str, Any]:
        """The snapshot, and what is said of the segment."""
        return {
            "segment_id": self.segment_id,
            "segment_name": self.segment_name,
            "rules": self.rules,
            "snapshot": self.snapshot.sha256,
            "attributes": list(self.attributes),
        }

    @property
    def info(self) -> Info:
        """Which segment, by which rules, when and how many."""
        return [
            ("Segment", self.segment_name),
            ("Segment id", self.segment_id),
            ("System", self.system),
            ("Rules", self.rules),
            ("Members at", self.at),
            ("Members", self.snapshot.rows),
            ("Times", "All times are UTC"),
        ]

    def gather(self, warehouse: Warehouse, target: Path) -> None:
        """`target` holds the members, one row each, by `user_id`.

        Attributes are as the run of the tick saw them. Raises SnapshotDamagedError when
        the snapshot is not what the ledger says.
        """
        snapshot = self.folder / self.snapshot.file
        if not snapshot.is_file() or sha256_of(snapshot) != self.snapshot.sha256:
            raise SnapshotDamagedError(snapshot)
        if not self.attributes:
            # A copy, because the snapshot may be swept while it is being read.
            shutil.copyfile(snapshot, target)
            return
        params = {
            "snapshot": str(snapshot),
            "system": self.system,
            "at": self.at,
            "keys": keys_of(self.attributes),
        }
        batches = warehouse.batches("exports/members", params, rows=BATCH_ROWS)
        members = map(pl.DataFrame, batches)
        if write_gathered(members, self.attributes, target) != self.snapshot.rows:
            raise SnapshotDamagedError(snapshot)

    def table(self, gathered: Path) -> Table:
        """The members by user id."""
        return member_table(
            gathered, self.segment_id, self.segment_name, self.attributes
        )


def write_gathered(
    members: Iterable[pl.DataFrame], attributes: Sequence[str], target: Path
) -> int:
    """`target` holds the members for `member_table`; returns how many there are.

    MEMBERS are frames of `user_id`, `entered_at`, and in `values` the canonical JSON
    under each of `keys_of(attributes)`.
    """
    written = 0
    schema = pa.schema(
        [("user_id", pa.string()), ("entered_at", pa.timestamp("us", "UTC"))]
        + [(_place(n), ATTRIBUTE) for n in range(len(attributes))]
    )
    with pq.ParquetWriter(target, schema) as file:
        for batch in members:
            file.write_table(_told(batch, attributes).to_arrow().cast(schema))
            written += batch.height
    return written


def member_table(
    gathered: Path, segment_id: str, segment_name: str, attributes: Sequence[str]
) -> Table:
    """The table over gathered members; without attributes a snapshot is one."""
    columns = [
        Column("segment_id", "text", pl.lit(segment_id)),
        Column("segment_name", "text", pl.lit(segment_name)),
        Column("user_id", "text", pl.col("user_id")),
        Column("entered_at", "instant", pl.col("entered_at")),
    ]
    for n, name in enumerate(attributes):
        heading = _free_heading(name, {column.heading for column in columns})
        columns.append(Column(heading, "attribute", pl.col(_place(n))))
    return Table("Members", "user", "user_id", tuple(columns), gathered)


def _place(attribute: int) -> str:
    """The gathered column of the n-th attribute, whatever it is called."""
    return f"attribute {attribute}"


def _told(batch: pl.DataFrame, attributes: Sequence[str]) -> pl.DataFrame:
    keys = keys_of(attributes)
    columns = [batch.get_column("user_id"), batch.get_column("entered_at")]
    for n, path in enumerate(attributes):
        values = batch.select(_value_at(path, keys)).to_series()
        told = {"text": to_text(values), "is_number": is_number(values)}
        columns.append(pl.DataFrame(told).to_struct(_place(n)))
    return pl.DataFrame(columns)


def keys_of(attributes: Sequence[str]) -> list[str]:
    """The top-level keys under which these attributes may lie, dotted paths too."""
    return sorted({keys[0] for path in attributes for keys in candidates(path)})


def _free_heading(name: str, taken: set[str]) -> str:
    """The name of the attribute, with a word before it where a column has it."""
    while name in taken:
        name = f"attribute.{name}"
    return name


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
