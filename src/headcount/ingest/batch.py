"""Rows on their way into the store, as columns: some tens of thousands at a time.

Source: segments.md §4. A row's identity is decided here: its id, or a digest of its
canonical content, so that equal lines without ids are one event.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import msgspec
import polars as pl

from headcount.canonical import canonical_json, shortest_decimal
from headcount.definitions.settings import Source
from headcount.ingest.parse import MAX_DIGITS
from headcount.ingest.records import Record
from headcount.ingest.rejects import (
    RejectedRowError,
    RowError,
    SkippedRowError,
    bounded,
)
from headcount.rules.micros import from_micros, to_micros

CONTENT = ":content"  # the namespace of ids that are derived from content
LEAST_PLAIN = Decimal("0.0001")
INT64 = range(-(2**63), 2**64)  # what DuckDB's JSON reader keeps whole

_INSTANT = pl.Datetime("us", "UTC")
EVENTS: dict[str, Any] = {
    "line": pl.Int64,
    "user_id": pl.String,
    "event": pl.String,
    "at": _INSTANT,
    "id_namespace": pl.String,
    "event_id": pl.String,
    "properties": pl.String,
    "is_wide": pl.Boolean,
}
"""One row an event, in any order."""

ATTRIBUTES = {
    "line": pl.Int64,
    "user_id": pl.String,
    "at": _INSTANT,
    "key": pl.String,
    "value": pl.String,
}
"""One row a key of a record, in file order; a record without keys has one, null."""

REJECTS = {"line": pl.Int64, "reason": pl.String, "raw": pl.String}
"""One row a rejected row, in file order."""

_encode = msgspec.json.Encoder(order="sorted").encode
_quote = json.encoder.encode_basestring


@dataclass(slots=True)
class Batch:
    """Some consecutive rows of one file: events, records, rejects and skips."""

    source: Source
    latest_us: int | None  # events after it are too far ahead
    rows: int = 0
    last_line: int = 0
    bad: int = 0  # the rejected ones that tell of a changed shape
    events: list[tuple[Any, ...]] = field(default_factory=list)
    event_frames: list[pl.DataFrame] = field(default_factory=list)
    attributes: list[tuple[Any, ...]] = field(default_factory=list)
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
    skips: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def starting(cls, source: Source, now: datetime) -> Batch:
        """An empty batch for rows that are ingested at `now`."""
        return cls(source, latest_of(source, now))

    def add(self, line: int, record: Record, *, is_quick: bool) -> None:
        """The row on `line` says `record`; raises RejectedRowError when it is ahead.

        `is_quick`: its numbers are as `parse_quickly` gives them, or it has none.
        """
        if self.latest_us is not None and record.at_us > self.latest_us:
            self._reject_ahead(record)
        if record.event is not None:
            self.events.append(self._event(line, record, is_quick=is_quick))
        if record.attributes or record.event is None:
            self.attributes.extend(_attributes(line, record, is_quick=is_quick))
        self._count(line)

    def add_events(self, events: pl.DataFrame) -> None:
        """EVENTS that need no further look are in the batch."""
        if events.height:
            self.event_frames.append(events)
            self.rows += events.height
            self.last_line = max(self.last_line, events.item(-1, "line"))

    def refuse(self, line: int, error: RowError, raw: str | bytes) -> None:
        """The row on `line` is not loaded, because of `error`."""
        if isinstance(error, SkippedRowError):
            self.skips[str(error)] += 1
        else:
            self.rejects.append((line, str(error), bounded(raw)))
            self.bad += getattr(error, "is_drift", True)
        self._count(line)

    def frames(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """EVENTS, ATTRIBUTES and REJECTS by name, those that have rows."""
        strict = [_frame(self.events, EVENTS)] if self.events else []
        if strict or self.event_frames:
            yield "events", pl.concat([*self.event_frames, *strict])
        if self.attributes:
            yield "attributes", _frame(self.attributes, ATTRIBUTES)
        if self.rejects:
            yield "rejects", _frame(self.rejects, REJECTS)

    def _event(self, line: int, record: Record, *, is_quick: bool) -> tuple[Any, ...]:
        user_id, at_us, event, event_id, properties, _ = record
        canonical, is_wide = canonical_text(properties, is_quick=is_quick)
        namespace = self.source.id_namespace or ""
        if event_id is None:
            namespace = CONTENT
            event_id = content_id(user_id, event or "", at_us, canonical)
        return line, user_id, event, at_us, namespace, event_id, canonical, is_wide

    def _count(self, line: int) -> None:
        self.rows += 1
        self.last_line = max(self.last_line, line)

    def _reject_ahead(self, record: Record) -> None:
        name = "timestamp"
        found = from_micros(record.at_us).isoformat()
        wanted = f"at most {self.source.max_ahead} after ingest (`max_ahead`)"
        raise RejectedRowError(name, found=found, wanted=wanted)


def latest_of(source: Source, now: datetime) -> int | None:
    """The last instant that is not too far ahead, in microseconds; None: none is."""
    return None if source.max_ahead is None else to_micros(now + source.max_ahead)


def content_id(user_id: str, event: str, at_us: int, properties: str) -> str:
    """The id of an event without one: equal for equal canonical content."""
    content = f"[{_quote(user_id)},{_quote(event)},{at_us},{properties}]"
    return blake2b(content.encode(), digest_size=16).hexdigest()


def canonical_text(value: Any, *, is_quick: bool) -> tuple[str, bool]:
    """The canonical JSON, and whether a number in it needs the exact reader.

    What was read quickly has no such number, and msgspec writes it as canonical_json
    does, but for whole floats, which the quick reading turns into integers.
    """
    if is_quick:
        return _encode(value).decode(), False
    return canonical_json(value), any(map(_is_wide_number, _numbers(value)))


def _numbers(value: Any) -> Iterator[int | Decimal]:
    match value:
        case dict():
            yield from (
                number for inner in value.values() for number in _numbers(inner)
            )
        case list():
            yield from (number for inner in value for number in _numbers(inner))
        case bool():
            pass
        case int() | Decimal():
            yield value


def _is_wide_number(number: int | Decimal) -> bool:
    digits = shortest_decimal(number).lstrip("-").replace(".", "").strip("0")
    if len(digits) > MAX_DIGITS:
        return True
    if number == int(number):
        return int(number) not in INT64
    return -LEAST_PLAIN < number < LEAST_PLAIN


def _attributes(
    line: int, record: Record, *, is_quick: bool
) -> Iterator[tuple[Any, ...]]:
    if not record.attributes:
        yield (line, record.user_id, record.at_us, None, None)
    for key, value in record.attributes.items():
        text, _ = canonical_text(value, is_quick=is_quick)
        yield (line, record.user_id, record.at_us, key, text)


def _frame(rows: Sequence[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    columns = zip(schema.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame(
        [_series(name, kind, values) for (name, kind), values in columns]
    )


def _series(name: str, kind: Any, values: tuple[Any, ...]) -> pl.Series:
    if kind == _INSTANT:
        return pl.Series(name, values, dtype=pl.Int64).cast(kind)
    return pl.Series(name, values, dtype=kind)
