"""CSV with a header, read by the source's column map (interface.md §2).

RFC 4180 in UTF-8: commas, quotes doubled inside quotes, line ends inside quotes. Cells
are text as they stand, so `00123` keeps its zeros; an empty cell is missing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from headcount.definitions.settings import Source
from headcount.errors import DataError
from headcount.ingest.batch import Batch
from headcount.ingest.columns import ignored_columns, require_columns
from headcount.ingest.lines import Chunk, Line, read_lines
from headcount.ingest.mapping import map_converter, require_map
from headcount.ingest.parse import ROW
from headcount.ingest.rejects import RejectedRowError, RowError
from headcount.ingest.rows import BATCH_ROWS, Convert, not_utf8

UNCLOSED = ("unexpected end of data", "field larger than field limit")


class Row(NamedTuple):
    """A row, the number and text of the lines it was written on, and what is wrong."""

    line: int
    raw: list[Line]
    cells: list[str]
    error: RowError | None


def read_batches(
    path: Path, name: str, source: Source, now: datetime
) -> Iterator[Batch]:
    """The file's rows; a row's line is the one it begins on."""
    columns = require_map(source, name)
    rows = _read_rows(read_lines(path, name), name)
    header = _require_header(next(rows, None), name)
    require_columns(header, source, columns, name)
    convert = converter(source)
    batch = Batch.starting(source, now)
    batch.notes.update(ignored_columns(header, source, columns))
    for row in rows:
        _add(batch, row, header, convert)
        if batch.rows >= BATCH_ROWS:
            yield batch
            batch = Batch.starting(source, now)
    yield batch


def converter(source: Source) -> Convert:
    """Reads one row, a mapping of column to text without the empty cells."""
    return map_converter(source)


def _read_rows(chunks: Iterator[Chunk], name: str) -> Iterator[Row]:
    raw: list[Line] = []
    reader = csv.reader(_fed(chunks, raw), strict=True)
    while True:
        line = reader.line_num + 1
        raw.clear()
        cells: list[str] = []
        error: RowError | None = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as found:
            error = _malformed(found, line, len(raw), name)
        if len(raw) == 1 and isinstance(raw[0], str) and not raw[0].strip():
            continue
        not_text = next((piece for piece in raw if isinstance(piece, bytes)), None)
        if not_text is not None:
            error = not_utf8(not_text)
        yield Row(line, list(raw), cells, error)


def _fed(chunks: Iterator[Chunk], raw: list[Line]) -> Iterator[str]:
    """Each line as text for the reader; `raw` collects what it took since cleared."""
    for chunk in chunks:
        for line in chunk.lines():
            raw.append(line)
            yield f"{_text(line)}\n"


def _text(line: Line) -> str:
    if isinstance(line, bytes):
        return line.decode("utf-8", "backslashreplace")
    return line


def _malformed(error: csv.Error, line: int, lines: int, name: str) -> RowError:
    """The reason to reject the row; where it has no certain end, refuse the file."""
    if lines > 1 or str(error).startswith(UNCLOSED):
        reason = (
            f"a quote opened on line {line} is not closed in its cell, so the rows "
            "after it cannot be told apart; double the quotes inside cells"
        )
        raise DataError(name, reason) from error
    return RejectedRowError(ROW, found=f"malformed CSV ({error})", wanted="RFC 4180")


def _require_header(first: Row | None, name: str) -> list[str]:
    if first is None:
        reason = "it has no header line; the first line names the columns"
        raise DataError(name, reason)
    if first.error:
        raise DataError(name, f"its header cannot be read: {first.error}")
    return first.cells


def _add(batch: Batch, row: Row, header: list[str], convert: Convert) -> None:
    try:
        if row.error:
            raise row.error
        if len(row.cells) != len(header):
            found, wanted = f"{len(row.cells)} cells", f"{len(header)}, as the header"
            raise RejectedRowError(ROW, found=found, wanted=wanted)
        cells = zip(header, row.cells, strict=True)
        record = convert({name: cell for name, cell in cells if cell})
        batch.add(row.line, record, is_quick=True)
    except RowError as error:
        batch.refuse(row.line, error, "\n".join(map(_text, row.raw)))
