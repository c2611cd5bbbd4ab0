"""Native events that are plain: most lines of most files, read many at a time.

A line is plain when a fast parser provably reads what the strict one (`ingest.parse`)
would: no escapes and no control characters, so that nobody disagrees about its text;
as many `":` as keys were found, so that none was there twice; each number short; an
instant in UTC. Whatever is not plain, good or bad, is left to the strict reader, which
alone decides and rejects.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
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
MARKS = ("\\", "\x7f", "\r", " :", "\t:")
C1_CONTROLS = tuple(map(chr, range(0x80, 0xA0)))
REQUIRED_KEYS = 3

UTC_INSTANT = (
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,6})?(?:Z|\+00:00)$"
)
CLOCK = "%Y-%m-%dT%H:%M:%S%.f"
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


def add_plain(batch: Batch, lines: Sequence[Numbered]) -> list[Numbered]:
    """The plain lines are in the batch; returns the others, in their order."""
    clean, others = _sifted(lines)
    read: list[tuple[int, PlainRow]] = []
    for number, line in clean:
        row = _read(line)
        if row is None:
            others.append((number, line))
        else:
            read.append((number, row))
    if not read:
        return others
    found = _frame(read, batch)
    sure = found.filter("is_sure")
    batch.add_events(_identified(sure, batch))
    if sure.height < found.height:
        unsure = set(found.filter(~pl.col("is_sure")).get_column("line"))
        others += [one for one in lines if one[0] in unsure]
    others.sort(key=itemgetter(0))
    return others


def _sifted(lines: Sequence[Numbered]) -> tuple[list[tuple[int, str]], list[Numbered]]:
    """The lines without a mark, and the others, among them what is not UTF-8."""
    texts = [(number, line) for number, line in lines if isinstance(line, str)]
    others = [one for one in lines if isinstance(one[1], bytes)]
    marks = _marks_in("\n".join(map(itemgetter(1), texts)))
    if marks:
        others += [one for one in texts if any(mark in one[1] for mark in marks)]
        texts = [one for one in texts if not any(mark in one[1] for mark in marks)]
    return texts, others


def _marks_in(text: str) -> list[str]:
    """The marks that are there at all: mostly none, and no line need be searched."""
    marks = MARKS if text.isascii() else (*MARKS, *C1_CONTROLS)
    return [mark for mark in marks if mark in text]


def _read(line: str) -> PlainRow | None:
    """What the line says when no key is there twice and it is Production."""
    try:
        row = _decode(line)
    except (msgspec.DecodeError, NotShortError, RecursionError):
        return None
    keys = REQUIRED_KEYS + (row.event_id is not UNSET)
    if row.properties is not UNSET:
        keys += 1 + len(row.properties)
    if row.environment is not UNSET:
        keys += 1
        if not is_production(row.environment):
            return None
    return row if line.count('":') == keys else None


def _frame(read: Sequence[tuple[int, PlainRow]], batch: Batch) -> pl.DataFrame:
    """One row a line, `is_sure` when it may be taken; `event_id` null without one."""
    rows = [row for _, row in read]
    frame = pl.DataFrame(
        {
            "line": [number for number, _ in read],
            "user_id": [row.user_id for row in rows],
            "event": [row.event for row in rows],
            "timestamp": [row.timestamp for row in rows],
            "event_id": [_or_none(row.event_id) for row in rows],
            "properties": _canonical(rows),
        },
        schema_overrides={"event_id": pl.String, "properties": pl.String},
    )
    frame = frame.with_columns(at=_instant(pl.col("timestamp")))
    return frame.with_columns(is_sure=_is_sure(batch.latest_us))


def _instant(text: pl.Expr) -> pl.Expr:
    """The instant of an ISO text in UTC to the microsecond, null for any other."""
    naive = text.str.strip_suffix("Z").str.strip_suffix("+00:00")
    at = naive.str.to_datetime(CLOCK, time_unit="us", strict=False)
    known = pl.when(text.str.contains(UTC_INSTANT)).then(at)
    return known.dt.replace_time_zone("UTC")


def _is_sure(latest_us: int | None) -> pl.Expr:
    names = pl.col("user_id", "event", "event_id")
    is_named = pl.all_horizontal((names != "").fill_null(value=True))
    at = pl.col("at")
    is_due = pl.lit(value=True) if latest_us is None else at.to_physical() <= latest_us
    is_short = ~pl.col("properties").str.contains(UNSURE)
    return (is_named & at.is_not_null() & is_due & is_short).fill_null(value=False)


def _canonical(rows: Sequence[PlainRow]) -> list[str]:
    """The properties of each row as canonical JSON."""
    found = [{} if row.properties is UNSET else row.properties for row in rows]
    return _encode_lines(found).decode().split("\n")[:-1]


def _or_none(value: str | UnsetType) -> str | None:
    return None if value is UNSET else value


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
