"""Timestamps of rows as whole microseconds since the epoch.

Source: interface.md §2. ISO 8601 with an offset; without one, in the source's time zone
(UTC by default); a date alone is the midnight that begins it; epoch numbers, also as
text, are milliseconds from 1e11 on and seconds below. Digits beyond the microsecond
are cut off.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from headcount.ingest.rejects import RejectedRowError, shown
from headcount.rules import micros
from headcount.rules.ranges import BEGINNING, FOREVER, instant_of

TIMESTAMP = "timestamp"
WANTED = "ISO 8601 or epoch seconds / milliseconds, between the years 1 and 9999"
MILLISECONDS_FROM = 10**11  # as seconds, that is the year 5138
EARLIEST_US = micros.to_micros(BEGINNING)
LATEST_US = micros.to_micros(FOREVER)
DATE_LENGTH = len("2026-05-01")

# Hour 24 and compact forms are left out: Python's versions read them differently.
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?:[T ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def to_micros(value: Any, tz: ZoneInfo | None) -> int:
    """The instant that a row's timestamp names; raises RejectedRowError."""
    if type(value) is str:  # nearly all are
        return _from_text(value, tz)
    match value:
        case bool() | None:
            return _reject(value)
        case int() | Decimal():
            return _from_epoch(value, value)
        case float():
            return _from_epoch(Decimal(repr(value)), value)
        case _:
            return _reject(value)


def _from_text(text: str, tz: ZoneInfo | None) -> int:
    if _ISO.fullmatch(text):
        return _from_iso(text, tz)
    if not _NUMBER.fullmatch(text):
        _reject(text)
    if _COMPACT_DATE.fullmatch(text):
        wanted = "a date as 2026-05-01 (eight digits could be seconds)"
        raise RejectedRowError(TIMESTAMP, found=shown(text), wanted=wanted)
    return _from_epoch(Decimal(text), text)


def _from_iso(text: str, tz: ZoneInfo | None) -> int:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = _localised(instant, tz, is_date=len(text) == DATE_LENGTH)
    except (ValueError, OverflowError):
        _reject(text)
    since = instant - micros.EPOCH
    seconds = since.days * 86_400 + since.seconds
    return _require_years(seconds * 1_000_000 + since.microseconds, text)


def _localised(naive: datetime, tz: ZoneInfo | None, *, is_date: bool) -> datetime:
    if tz is None:
        return naive.replace(tzinfo=UTC)
    local: date | datetime = naive.date() if is_date else naive
    return instant_of(local, tz)


def _from_epoch(number: int | Decimal, written: Any) -> int:
    # A ratio of integers: Decimal's own arithmetic rounds to 28 digits.
    numerator, denominator = number.as_integer_ratio()
    is_in_milliseconds = abs(numerator) >= MILLISECONDS_FROM * denominator
    scale = 1_000 if is_in_milliseconds else 1_000_000
    return _require_years(numerator * scale // denominator, written)


def _require_years(at_us: int, written: Any) -> int:
    if EARLIEST_US <= at_us <= LATEST_US:
        return at_us
    return _reject(written)


def _reject(value: Any) -> NoReturn:
    found = "nothing" if value is None else shown(value)
    raise RejectedRowError(TIMESTAMP, found=found, wanted=WANTED) from None
