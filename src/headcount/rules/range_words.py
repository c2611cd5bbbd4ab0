"""Date ranges in words, alone or with their bounds by the local clocks.

Source: segments.md §3.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from headcount.definitions.times import (
    Ago,
    AllTime,
    Between,
    Calendar,
    DateRange,
    Last,
    duration_text,
    moment_text,
)
from headcount.rules.ranges import Bounds, local_time

Edge = date | datetime | Ago

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # whatever the locale


def range_in_words(date_range: DateRange) -> str:
    """The range as a phrase that stands alone: `the last 30 days`, `last week`."""
    match date_range:
        case AllTime():
            return "all time"
        case Last(duration=duration):
            return f"the last {duration_text(duration)}"
        case Calendar(unit="day", previous=previous):
            return "yesterday" if previous else "today"
        case Calendar(unit=unit, previous=previous):
            return f"last {unit}" if previous else f"this {unit}"
        case Between(start=start, end=end):
            return _between(start, end)
        case _:
            assert_never(date_range)


def range_phrase(date_range: DateRange) -> str:
    """The range as part of a sentence: `in the last 30 days`, `over all time`."""
    said = range_in_words(date_range)
    match date_range:
        case Last():
            return f"in {said}"
        case AllTime() | Between(start=None, end=None):
            return f"over {said}"
        case _:
            return said


def range_bounds_in_words(date_range: DateRange, bounds: Bounds, tz: ZoneInfo) -> str:
    """The range with its bounds by the clocks of `tz`, as `headcount check` prints it.

    `last week: Mon 2026-05-11 00:00 to Mon 2026-05-18 00:00 America/New_York`
    """
    said = range_in_words(date_range)
    start = "the beginning" if bounds.start is None else _clock(bounds.start, tz)
    if bounds.is_empty:
        return f"{said}: empty at this moment, begins {start} {tz.key}"
    return f"{said}: {start} to {_clock(bounds.end, tz)} {tz.key}"


def is_over_early(date_range: DateRange) -> bool:
    """Whether the range may end before the instant of evaluation.

    A sequence, of which only the first step must lie in the range, can then go on.
    """
    match date_range:
        case Between(end=end):
            return end is not None
        case Calendar(previous=previous):
            return previous
        case _:
            return False


def _between(start: Edge | None, end: Edge | None) -> str:
    if end is None:
        return "all time" if start is None else f"since {_edge(start)}"
    return _until(end) if start is None else f"from {_edge(start)} {_until(end)}"


def _edge(edge: Edge) -> str:
    match edge:
        case Ago(duration=duration):
            return f"{duration_text(duration)} ago"
        case date():
            return moment_text(edge)
        case _:
            assert_never(edge)


def _until(end: Edge) -> str:
    """A day at the end is inside the range, an instant is not."""
    whole_day = isinstance(end, date) and not isinstance(end, datetime)
    return f"{'through' if whole_day else 'until'} {_edge(end)}"


def _clock(at: datetime, tz: ZoneInfo) -> str:
    """Weekday, date and time; with the offset where the clocks show that time twice."""
    local = local_time(at, tz)
    wall = local.replace(tzinfo=None)
    exact = "auto" if wall.second or wall.microsecond else "minutes"
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    shown = (local if twice else wall).isoformat(" ", exact)
    return f"{_WEEKDAYS[local.weekday()]} {shown}"
