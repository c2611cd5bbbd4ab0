"""The table of segments as it stood at an instant: interface.md §7 and §8."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from headcount.clock import to_text
from headcount.exports.request import Info, Request
from headcount.exports.table import Column, Kind, Table
from headcount.store.warehouse import Warehouse

KINDS: dict[str, Kind] = {
    "segment_id": "text",
    "name": "text",
    "classic": "text",
    "description": "text",
    "system": "text",
    "status": "text",
    "reason": "text",
    "date_range": "text",
    "evaluation_end": "text",
    "expires_at": "instant",
    "rules": "text",
    "created_by": "text",
    "version": "count",
    "members": "count",
    "entered": "count",
    "exited": "count",
    "last_evaluated_at": "instant",
    "destinations": "text",
    "orphaned": "text",
    "file": "text",
}
"""Every column there is, in the order of a table that has them all."""

TYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "instant": pl.Datetime("us", "UTC"),
    "count": pl.Int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsRequest(Request):
    """Segments, one a row, in the order given; `columns` are keys of KINDS.

    Every row has every column: texts, instants, counts, yes or no, lists of texts.
    """

    rows: tuple[Mapping[str, Any], ...]
    columns: tuple[str, ...] = tuple(KINDS)

    @property
    def subject(self) -> str:
        """The table's name."""
        return "segments"

    @property
    def content(self) -> dict[str, Any]:
        """Every cell."""
        return {"columns": list(self.columns), "segments": self._cells(to_text)}

    @property
    def info(self) -> Info:
        """When, and how many."""
        return [
            ("Table", "Segments"),
            ("Segments at", self.at),
            ("Segments", len(self.rows)),
            ("Times", "All times are UTC"),
        ]

    def gather(self, warehouse: Warehouse, target: Path) -> None:
        """One row a segment; nothing more is asked of the store."""
        del warehouse
        schema = {name: TYPES[KINDS[name]] for name in self.columns}
        frame = pl.DataFrame(self._cells(lambda at: at), schema=schema, orient="row")
        frame.write_parquet(target)

    def table(self, gathered: Path) -> Table:
        """The segments in their order."""
        columns = tuple(
            Column(name, KINDS[name], pl.col(name)) for name in self.columns
        )
        return Table("Segments", "segment", self.columns[0], columns, gathered)

    def _cells(self, instant: Callable[[datetime], Any]) -> list[list[Any]]:
        return [
            [_plain(row[name], instant) for name in self.columns] for row in self.rows
        ]


def _plain(value: Any, instant: Callable[[datetime], Any]) -> Any:
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return instant(value)
        case tuple():
            return ", ".join(value)
        case _:
            return value
