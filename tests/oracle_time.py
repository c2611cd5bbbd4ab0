"""When: ranges, local calendars and instants, as segments.md §3 says, by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle_values import number

Range = str | Mapping[str, str]
"""A date range as it is written: words, or a map of `from` and `to`."""

BEGINNING = datetime.min.replace(tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bounds(written: Range, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Every range is half-open `[start, end)`, `end` never later than T."""
    if isinstance(written, str):
        start, end = named_bounds(written, at, zone)
    else:
        start = edge(written["from"], at, zone) if "from" in written else BEGINNING
        end = edge(written["to"], at, zone, ends=True) if "to" in written else at
    return start, min(end, at)


def named_bounds(
    written: str, at: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """The rows of the table that are words: `last week` is not `last 1 week`."""
    aliases = {"today": "this day", "yesterday": "last day"}
    which, *span = aliases.get(written, written).split()
    if which == "all":
        return BEGINNING, at
    if len(span) == 2:
        return moved(at, " ".join(span), zone, -1), at
    begun = period_begin(at.astimezone(zone).date(), span[0])
    if which == "this":
        return midnight(begun, zone), at
    before = period_begin(begun - timedelta(days=1), span[0])
    return midnight(before, zone), midnight(begun, zone)


def period_begin(day: date, unit: str) -> date:
    """The first day of the local day, week (from Monday), month, quarter or year."""
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
    return day.replace(day=1, month=1)


def edge(written: str, at: datetime, zone: ZoneInfo, *, ends: bool = False) -> datetime:
    """`14 days ago`, an instant, or a date: dates are whole days, both included."""
    if written.endswith(" ago"):
        return moved(at, written.removesuffix(" ago"), zone, -1)
    if ends and len(written) == len("2026-05-01"):
        return midnight(date.fromisoformat(written) + timedelta(days=1), zone)
    return instant_written(written, zone)


def moved(at: datetime, span: str, zone: ZoneInfo, times: int) -> datetime:
    """The instant so many spans after `at`, before it when `times` is negative.

    "Exactly that long (a day is 24 h)"; months and years: "the same local wall-clock
    time that many months ago, the day clamped to the month's last, a time in a gap
    moved to its end".
    """
    amount, unit = span.split()
    unit = unit.removesuffix("s")
    if times == 0:
        return at
    if unit not in {"month", "year"}:
        return at + times * int(amount) * timedelta(**{f"{unit}s": 1})
    months = times * int(amount) * (12 if unit == "year" else 1)
    wall = at.astimezone(zone).replace(tzinfo=None)
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last_day = (following - timedelta(days=1)).day
    clamped = wall.replace(year=year, month=month + 1, day=min(wall.day, last_day))
    return instant_of(clamped, zone)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which local clocks show `wall`.

    "[One] that does not exist is the first instant after the gap; one that exists twice
    is the earlier": said of midnights, and held to for every local time.
    """
    early, late = (
        wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    if early <= late:  # twice, or once
        return early
    before, after = late, early  # in a gap: the clocks change between these two
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset():
            after = middle
        else:
            before = middle
    return after


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The local midnight that begins a day."""
    return instant_of(datetime.combine(day, time()), zone)


def instant_written(written: str, zone: ZoneInfo) -> datetime:
    """Instants without an offset are local; a date is the midnight that begins it."""
    known = datetime.fromisoformat(written)
    return instant_of(known, zone) if known.tzinfo is None else known.astimezone(UTC)


def instant_read(value: Any, zone: ZoneInfo) -> Fraction | None:
    """ISO 8601 text or epoch seconds / milliseconds, as exact epoch seconds.

    Milliseconds from 1e11 on. A number outside the years 0001-9999 cannot be read.
    """
    known = number(value)
    if known is not None:
        known = known / 1000 if abs(known) >= 10**11 else known
        year_10000 = seconds(datetime.max.replace(tzinfo=UTC)) + Fraction(1, 10**6)
        return known if seconds(BEGINNING) <= known < year_10000 else None
    iso = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?"
    if not isinstance(value, str) or not re.fullmatch(iso, value, re.ASCII):
        return None
    try:
        return seconds(instant_written(value, zone))
    except (ValueError, OverflowError):
        return None


def seconds(at: datetime) -> Fraction:
    """Exact seconds since 1970."""
    return Fraction((at - EPOCH) // timedelta(microseconds=1), 10**6)
