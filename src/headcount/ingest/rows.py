"""JSON lines as batches: each line is a row, a blank one is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from headcount.definitions.settings import Source
from headcount.ingest.ahead import map_ahead, read_ahead
from headcount.ingest.batch import Batch
from headcount.ingest.lines import (
    Chunk,
    Line,
    Numbered,
    read_lines,
    require_one_value_a_line,
)
from headcount.ingest.parse import (
    ROW,
    NotShortError,
    parse_exactly,
    parse_quickly,
)
from headcount.ingest.records import Record
from headcount.ingest.rejects import RejectedRowError, RowError, shown

Convert = Callable[[dict[str, Any]], Record]
"""Reads one parsed row, or raises the RowError that says why it is not loaded."""


class Skimmed(NamedTuple):
    """A chunk read as a whole: EVENTS of those it is sure of, and the others."""

    chunk: Chunk
    events: Sequence[pl.DataFrame]
    others: Iterable[Numbered]


Skim = Callable[[Chunk], Skimmed]
"""Reads what it can of many lines at once; several threads call it."""

BATCH_ROWS = 100_000
BATCH_BYTES = 32 << 20  # of lines; some are very long


def skim_nothing(chunk: Chunk) -> Skimmed:
    """Every line is left to be read one by one."""
    return Skimmed(chunk, (), chunk.numbered())


def read_json_batches(
    path: Path,
    name: str,
    source: Source,
    *,
    now: datetime,
    convert: Convert,
    skim: Skim = skim_nothing,
) -> Iterator[Batch]:
    """The rows of the file; at least one batch.

    Each is read by `convert`, but for those that `skim` takes off its hands.
    """
    convert = _of_objects(convert)
    batch = Batch.starting(source, now)
    is_begun, size = False, 0
    for chunk, frames, others in map_ahead(skim, read_ahead(read_lines(path, name))):
        is_begun = is_begun or _has_row(chunk, name)
        for events in frames:
            batch.add_events(events)
        for number, line in others:
            if line.strip():
                _add(batch, number, line, convert)
        size += len(chunk.block)
        if batch.rows >= BATCH_ROWS or size >= BATCH_BYTES:
            yield batch
            batch, size = Batch.starting(source, now), 0
    yield batch


def _has_row(chunk: Chunk, name: str) -> bool:
    """Whether a line is a row; DataError when the first one shows that none is."""
    lines = map(chunk.line, chunk.numbers())
    row = next((line for line in lines if line.strip()), None)
    if isinstance(row, str):
        require_one_value_a_line(row, name)
    return row is not None


def _add(batch: Batch, number: int, line: Line, convert: Convert) -> None:
    try:
        if isinstance(line, bytes):
            raise not_utf8(line)
        try:
            record = convert(parse_quickly(line))
        except NotShortError:
            batch.add(number, convert(parse_exactly(line)), is_quick=False)
        else:
            batch.add(number, record, is_quick=True)
    except RowError as error:
        batch.refuse(number, error, line)


def not_utf8(line: bytes) -> RejectedRowError:
    """The reason to reject a line whose bytes are not UTF-8, naming the first one."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{line[error.start]:02x} at {error.start + 1}"
    return RejectedRowError(ROW, found=found, wanted="UTF-8")


def _of_objects(convert: Convert) -> Callable[[Any], Record]:
    def converted(row: Any) -> Record:
        if not isinstance(row, dict):
            raise RejectedRowError(ROW, found=shown(row), wanted="a JSON object")
        return convert(row)

    return converted
