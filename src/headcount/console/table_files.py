"""The segment table as a file: the rows that are shown, in the order they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from headcount.console.table import Column
from headcount.exports.export import write_once
from headcount.exports.request import Format
from headcount.exports.segments import SegmentsRequest
from headcount.pipeline.survey import SegmentView
from headcount.store.warehouse import Warehouse

SAID_WITH = {"name": ("name", "classic"), "status": ("status", "reason")}
"""Columns of the page that are two of the file."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file to download."""

    name: str
    content: bytes


def write_table(
    columns: Sequence[Column],
    segments: Iterable[SegmentView],
    *,
    at: datetime,
    format_: Format,
) -> TableFile:
    """What the page shows as CSV or XLSX, like `headcount export --segments` writes it.

    It is made of what was published, without the store, and kept nowhere.
    """
    request = SegmentsRequest(
        at=at,
        format=format_,
        columns=tuple(_columns(columns)),
        rows=tuple(one.to_json() for one in segments),
    )
    with TemporaryDirectory() as folder, Warehouse.empty() as nothing:
        path = Path(folder) / request.file
        write_once(request, nothing, path)
        return TableFile(path.name, path.read_bytes())


def _columns(columns: Iterable[Column]) -> Iterator[str]:
    for column in columns:
        yield from SAID_WITH.get(column.key, (column.key,))
