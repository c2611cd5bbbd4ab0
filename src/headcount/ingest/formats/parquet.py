"""Parquet, read by the source's column map (interface.md §2).

Numbers keep their value (a float is the shortest decimal that reads as it), instants
become ISO 8601 text in UTC, lists and structs become JSON. A null is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NamedTuple, cast

import pyarrow as pa
import pyarrow.parquet as pq

from headcount.definitions.settings import Columns, Source
from headcount.errors import DataError
from headcount.ingest.batch import Batch
from headcount.ingest.columns import ignored_columns, require_columns
from headcount.ingest.decompress import packing_of, read_blocks
from headcount.ingest.mapping import is_record_source, map_converter, require_map
from headcount.ingest.parse import ROW
from headcount.ingest.rejects import RejectedRowError, RowError, shown
from headcount.ingest.rows import BATCH_ROWS, Convert


class Kinds(NamedTuple):
    """Arrow types that a role may have, and how a message names them."""

    wanted: str
    tests: tuple[Callable[[pa.DataType], bool], ...]

    def accept(self, kind: pa.DataType) -> bool:
        """Whether a column of this type can have the role."""
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return any(test(kind) for test in self.tests)


IS_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
TEXT_TYPES = Kinds("text", IS_TEXT)
ID_TYPES = Kinds("text or integer", (*IS_TEXT, pa.types.is_integer))
INSTANT_TYPES = Kinds(
    "timestamp, date, text or number",
    (
        *IS_TEXT,
        pa.types.is_timestamp,
        pa.types.is_date,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
    ),
)
MAX_ROWS_A_BYTE = 4  # rows that differ take more room; only a bomb holds so many
BOMB_FROM_ROWS = 1_000_000


def read_batches(
    path: Path, name: str, source: Source, now: datetime
) -> Iterator[Batch]:
    """The file's rows; a row's line is its ordinal, from 1."""
    columns = require_map(source, name)
    with _unpacked(path, name) as file:
        table = _opened(file, name)
        _require_plausible(table, file, name)
        header = table.schema_arrow.names
        require_columns(header, source, columns, name)
        _require_types(table.schema_arrow, source, columns, name)
        yield from _read(table, name, source, now=now)


def converter(source: Source) -> Convert:
    """Reads one row, a mapping of column to JSON value without the nulls."""
    return map_converter(source)


def _read(
    table: pq.ParquetFile, name: str, source: Source, *, now: datetime
) -> Iterator[Batch]:
    convert = converter(source)
    columns = require_map(source, name)
    notes = ignored_columns(table.schema_arrow.names, source, columns)
    line = 0
    for piece in _pieces(table, name):
        batch = Batch.starting(source, now)
        batch.notes.update(notes)
        for row in _values(piece, name):
            line += 1
            _add(batch, line, row, convert)
        yield batch
        notes = []


def _values(piece: pa.RecordBatch, name: str) -> list[dict[str, Any]]:
    try:
        return cast("list[dict[str, Any]]", piece.to_pylist())
    except ValueError as error:  # text of other bytes, instants beyond the calendar
        raise DataError(name, f"values cannot be read ({error})") from error


def _pieces(table: pq.ParquetFile, name: str) -> Iterator[pa.RecordBatch]:
    try:
        for piece in table.iter_batches(batch_size=BATCH_ROWS):
            columns = [_readable(column) for column in piece.columns]
            yield pa.RecordBatch.from_arrays(columns, names=piece.schema.names)
    except (pa.ArrowException, OSError) as error:
        raise DataError(name, f"damaged Parquet ({error}); send it again") from error


def _readable(column: pa.Array) -> pa.Array:
    """The column in a type whose Python values say what was meant."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        # By way of text: 0.1 is meant, not 0.10000000149011612.
        return column.cast(pa.string()).cast(pa.float64())
    return column


def _add(batch: Batch, line: int, row: dict[str, Any], convert: Convert) -> None:
    try:
        values = ((name, value) for name, value in row.items() if value is not None)
        record = convert({name: to_json(value) for name, value in values})
        batch.add(line, record, is_quick=False)
    except RowError as error:
        batch.refuse(line, error, str(row))


def to_json(value: Any) -> Any:
    """A Parquet value as a JSON value; raises RejectedRowError where none fits."""
    match value:
        case None | bool() | str():
            return value
        case int() | float() | Decimal():
            return _number(value)
        case datetime():
            return (
                value if value.tzinfo is None else value.astimezone(UTC)
            ).isoformat()
        case date() | time():
            return value.isoformat()
        case list():
            return [to_json(inner) for inner in value]
        case tuple():  # a map's entry
            return [to_json(inner) for inner in value]
        case dict():
            return {key: to_json(inner) for key, inner in value.items()}
        case _:
            found = f"{type(value).__name__} {shown(value)}"
            raise RejectedRowError(ROW, found=found, wanted="a JSON value")


def _number(value: float | Decimal) -> Decimal:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise RejectedRowError(ROW, found=str(value), wanted="a JSON number")
    return number


@contextmanager
def _unpacked(path: Path, name: str) -> Iterator[BinaryIO]:
    """The file's bytes, seekable: Parquet is read from its end."""
    if packing_of(path, name) == "plain":
        with path.open("rb") as file:
            yield file
        return
    with TemporaryFile() as spool:
        for block in read_blocks(path, name):
            spool.write(block)
        yield spool


def _opened(file: BinaryIO, name: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        reason = f"not a whole Parquet file ({error}); send it again"
        raise DataError(name, reason) from error


def _require_plausible(table: pq.ParquetFile, file: BinaryIO, name: str) -> None:
    """Return when the file has room for its rows: a run of equal ones takes none."""
    rows = table.metadata.num_rows
    size = file.seek(0, 2)
    if rows > BOMB_FROM_ROWS and rows > MAX_ROWS_A_BYTE * size:
        reason = (
            f"it holds {rows} rows in {size} bytes, like a decompression bomb; "
            "if it is real, send it in parts"
        )
        raise DataError(name, reason)


def _require_types(
    schema: pa.Schema, source: Source, columns: Columns, name: str
) -> None:
    """Return when ids, names and instants have types that can be read as such."""
    wanted = {
        columns.user_id: ID_TYPES,
        columns.timestamp: INSTANT_TYPES,
        columns.environment: TEXT_TYPES,
    }
    if not is_record_source(source):
        wanted |= {columns.event: TEXT_TYPES, columns.event_id: ID_TYPES}
    wrong = [
        f"{column!r} is {schema.field(column).type}, wanted {kinds.wanted}"
        for column, kinds in wanted.items()
        if column is not None and not kinds.accept(schema.field(column).type)
    ]
    if wrong:
        raise DataError(name, f"columns have another type: {'; '.join(wrong)}")
