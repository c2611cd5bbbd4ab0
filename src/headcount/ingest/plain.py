"""Native events that are plain: most lines of most files, read many at a time.

A line is plain when a fast parser provably reads what the strict one (`ingest.parse`)
would: no escapes and no control characters, so that nobody disagrees about its text;
as many `":` as keys were found, so that none was there twice; each number short; an
instant in UTC. Whatever is not plain, good or bad, is left to the strict reader, which
alone decides and rejects.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import msgspec
import polars as pl
from msgspec import UNSET, UnsetType

from headcount.ingest.batch import CONTENT, EVENTS, Batch, content_id
from headcount.ingest.lines import Line
from headcount.ingest.parse import NotShortError, quick_number
from headcount.ingest.records import is_production

Numbered = tuple[int, Line]

# What makes a line not plain: an escape, a control character, and space before a
# colon, which hides a key from being counted.
MARKS = (r"[\\\x7f\r\t]", " :")
OTHER_CONTROLS = "[\x80-\x9f]"  # looked for where there is more than ASCII
KEY_END = '":'
REQUIRED_KEYS = 3

UTC_INSTANT = (
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,6})?(?:Z|\+00:00)$"
)
CLOCK = "%Y-%m-%dT%H:%M:%S"
WHOLE_SECOND = len("2026-05-01T09:00:00")
# A long number, or arrays in arrays, which could be nested too deep. A text that looks
# like either goes to the strict reader as well.
UNSURE = r"[:,\[]-?[0-9]{16}|\[\["


class PlainRow(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An event with the fields of the native format and no others."""

    user_id: str
    event: str
    timestamp: str
    event_id: str | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType = UNSET
    environment: str | UnsetType = UNSET


_decode = msgspec.json.Decoder(PlainRow, float_hook=quick_number).decode
_encode_lines = msgspec.json.Encoder(order="sorted").encode_lines

UNREADABLE = (msgspec.DecodeError, NotShortError, RecursionError)
NOT_PLAIN = PlainRow(user_id="", event="", timestamp="")  # never sure: it has no user
SHEET_LINES = 100  # one line that cannot be read sends so many to be tried one by one


def add_plain(batch: Batch, first: int, lines: Sequence[Line]) -> list[Numbered]:
    """The plain lines are in the batch; returns the others, in their order.

    `first` is the number of the first of these consecutive lines.
    """
    texts, keys = _counted(lines)
    frame = _frame(_of_production(_read(texts)), first)
    frame = frame.with_columns(keys, at=_instant(pl.col("timestamp")))
    frame = frame.with_columns(is_sure=_is_sure(batch.latest_us))
    batch.add_events(_identified(frame.filter("is_sure"), batch))
    others = frame.filter(~pl.col("is_sure")).get_column("line")
    return [(number, lines[number - first]) for number in others]


def _counted(lines: Sequence[Line]) -> tuple[Sequence[str], pl.Series]:
    """The lines and how many keys each has; those empty that have a mark.

    A line that is not UTF-8 is empty too.
    """
    texts = [line if isinstance(line, str) else "" for line in lines]
    column = pl.Series("keys_written", texts)
    marks = MARKS if all(map(str.isascii, texts)) else (*MARKS, OTHER_CONTROLS)
    marked = reduce(or_, map(column.str.contains, marks))
    if marked.any():
        column = column.set(marked, "")
        texts = column.to_list()
    return texts, column.str.count_matches(KEY_END, literal=True)


def _read(texts: Sequence[str]) -> list[PlainRow]:
    """What each line says; NOT_PLAIN when it is no row of the native format."""
    rows: list[PlainRow] = []
    for start in range(0, len(texts), SHEET_LINES):
        sheet = texts[start : start + SHEET_LINES]
        try:
            rows += [*map(_decode, sheet)]
        except UNREADABLE:
            rows += map(_read_one, sheet)
    return rows


def _read_one(text: str) -> PlainRow:
    try:
        return _decode(text)
    except UNREADABLE:
        return NOT_PLAIN


def _of_production(rows: list[PlainRow]) -> list[PlainRow]:
    """The rows, those NOT_PLAIN that are of another environment."""
    named = {row.environment for row in rows} - {UNSET}
    others = {name for name in named if not is_production(str(name))}
    if not others:
        return rows
    return [NOT_PLAIN if row.environment in others else row for row in rows]


def _frame(rows: Sequence[PlainRow], first: int) -> pl.DataFrame:
    """One row a line, in file order; `event_id` is null without one."""
    return pl.DataFrame(
        {
            "line": range(first, first + len(rows)),
            "user_id": [row.user_id for row in rows],
            "event": [row.event for row in rows],
            "timestamp": [row.timestamp for row in rows],
            "event_id": [
                None if row.event_id is UNSET else row.event_id for row in rows
            ],
            "properties": _canonical(rows),
            "keys": [
                REQUIRED_KEYS
                + (row.event_id is not UNSET)
                + (row.environment is not UNSET)
                + (0 if row.properties is UNSET else 1 + len(row.properties))
                for row in rows
            ],
        },
        schema_overrides={"event_id": pl.String, "properties": pl.String},
    )


def _canonical(rows: Sequence[PlainRow]) -> list[str]:
    """The properties of each row as canonical JSON."""
    found = [{} if row.properties is UNSET else row.properties for row in rows]
    return _encode_lines(found).decode().split("\n")[:-1]


def _instant(text: pl.Expr) -> pl.Expr:
    """The instant of an ISO text in UTC to the microsecond, null for any other."""
    second = text.str.head(WHOLE_SECOND).str.to_datetime(
        CLOCK, time_unit="us", strict=False
    )
    # What is not a digit after the point goes, and zeros with it, which are put back.
    digits = text.str.slice(WHOLE_SECOND + 1).str.strip_chars_end("Z+:0")
    micros = digits.str.pad_end(6, "0").cast(pl.Int64, strict=False)
    at = second + pl.duration(microseconds=micros)
    known = pl.when(text.str.contains(UTC_INSTANT)).then(at)
    return known.dt.replace_time_zone("UTC")


def _is_sure(latest_us: int | None) -> pl.Expr:
    names = pl.col("user_id", "event", "event_id")
    is_named = pl.all_horizontal((names != "").fill_null(value=True))
    at = pl.col("at")
    is_due = pl.lit(value=True) if latest_us is None else at.to_physical() <= latest_us
    is_whole = pl.col("keys") == pl.col("keys_written")
    is_short = ~pl.col("properties").str.contains(UNSURE)
    is_sure = is_named & at.is_not_null() & is_due & is_whole & is_short
    return is_sure.fill_null(value=False)


def _identified(frame: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """EVENTS of the rows; those without an id have one of their content."""
    namespace = pl.lit(batch.source.id_namespace or "")
    is_own = pl.col("event_id").is_not_null()
    frame = frame.with_columns(
        id_namespace=pl.when(is_own).then(namespace).otherwise(pl.lit(CONTENT)),
        is_wide=pl.lit(value=False),
    )
    if frame.get_column("event_id").has_nulls():
        content = frame.select(
            "user_id", "event", pl.col("at").to_physical(), "properties"
        )
        ids = pl.Series([content_id(*row) for row in content.iter_rows()])
        frame = frame.with_columns(pl.col("event_id").fill_null(ids))
    return frame.select(*EVENTS)
