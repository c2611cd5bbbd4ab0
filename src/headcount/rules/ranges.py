"""What a date range means at an instant: half-open UTC bounds, by the local calendar.

Source: segments.md §3. Everything here is arithmetic on its arguments, and total: an
instant that the calendar of years 1 to 9999 cannot hold is BEGINNING or FOREVER.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from headcount.definitions.model import (
    Active,
    Attribute,
    Condition,
    Definition,
    Event,
    Everyone,
    Reference,
    Sequence,
    conditions_of,
)
from headcount.definitions.times import (
    CALENDAR_MONTHS,
    Ago,
    AllTime,
    Between,
    Calendar,
    CalendarUnit,
    DateRange,
    Duration,
    Last,
)

BEGINNING = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The instants `start <= t < end` in UTC; a start of None is the beginning."""

    start: datetime | None
    end: datetime

    @property
    def is_empty(self) -> bool:
        """Whether no instant lies inside."""
        return self.start is not None and self.start >= self.end


def resolve(date_range: DateRange, at: datetime, tz: ZoneInfo) -> Bounds:
    """The bounds of `date_range` at `at`; their end is never later than `at`.

    A range that lies ahead of `at` is empty (`start >= end`).
    """
    at = _to_utc(at)
    match date_range:
        case AllTime():
            return Bounds(None, at)
        case Last(duration=duration):
            return _bounds(before(at, duration, tz), at)
        case Calendar():
            return _calendar_bounds(date_range, at, tz)
        case Between():
            return _between_bounds(date_range, at, tz)
        case _:
            assert_never(date_range)


def before(at: datetime, duration: Duration, tz: ZoneInfo) -> datetime:
    """The UTC instant that lies `duration` before `at`, or BEGINNING."""
    return _moved(at, duration, tz, sign=-1)


def after(at: datetime, duration: Duration, tz: ZoneInfo) -> datetime:
    """The UTC instant that lies `duration` after `at`, or FOREVER."""
    return _moved(at, duration, tz, sign=1)


def local_time(at: datetime, tz: ZoneInfo) -> datetime:
    """The instant `at` by the clocks of `tz`; UTC stands in at the calendar's ends."""
    try:
        return at.astimezone(tz)
    except OverflowError:
        return _to_utc(at)


def local_midnight(day: date, tz: ZoneInfo) -> datetime:
    """The UTC instant at which the local `day` begins.

    A midnight that does not exist is the first instant after the gap (for a day that
    was left out, the beginning of the next); one that exists twice is the earlier.
    """
    return _from_wall_clock(datetime.combine(day, time.min), tz)


def instant_of(value: date | datetime, tz: ZoneInfo) -> datetime:
    """The UTC instant an author means: of a date, the local midnight that begins it.

    A datetime without an offset is local: in a gap the gap's end, twice the earlier.
    """
    if not isinstance(value, datetime):
        return local_midnight(value, tz)
    if value.tzinfo is None:
        return _from_wall_clock(value, tz)
    return _to_utc(value)


def end_of(value: date | datetime, tz: ZoneInfo) -> datetime:
    """The UTC instant that ends `value`; of a date, the local midnight after it."""
    if isinstance(value, datetime):
        return instant_of(value, tz)
    if value == date.max:
        return FOREVER
    return local_midnight(value + timedelta(days=1), tz)


def active_periods(active: Active, at: datetime, tz: ZoneInfo) -> tuple[Bounds, ...]:
    """The periods of `active` at `at`, newest first; each begins where the next ends.

    Every edge is counted from `at` itself, so months do not drift through short ones.
    """
    edges = [_to_utc(at)]
    for i in range(1, active.of + 1):
        every = Duration(i * active.every.amount, active.every.unit)
        edges.append(before(at, every, tz))
    return tuple(_bounds(edges[i + 1], edges[i]) for i in range(active.of))


def expiry(definition: Definition, tz: ZoneInfo) -> datetime | None:
    """The instant from which nothing can change the membership; None is never.

    The earlier of `evaluation_end` and, when every condition has a fixed end, the
    latest of these ends. A classic segment is never evaluated, so it never expires.
    """
    if definition.classic:
        return None
    ends = [_latest_end(definition, tz)]
    if definition.evaluation_end is not None:
        ends.append(end_of(definition.evaluation_end, tz))
    return min((end for end in ends if end is not None), default=None)


def _latest_end(definition: Definition, tz: ZoneInfo) -> datetime | None:
    ends: list[datetime] = []
    for condition in conditions_of(definition.rules):
        end = _fixed_end(condition, definition.date_range, tz)
        if end is None:
            return None
        ends.append(end)
    return max(ends, default=None)


def _fixed_end(
    condition: Condition, default: DateRange, tz: ZoneInfo
) -> datetime | None:
    match condition:
        case Event(active=None):
            return _end_of_range(condition.date_range or default, tz)
        case Sequence(within=Duration() as within):
            end = _end_of_range(condition.date_range or default, tz)
            return None if end is None else after(end, within, tz)
        case Event() | Sequence() | Attribute() | Reference() | Everyone():
            return None
        case _:
            assert_never(condition)


def _end_of_range(date_range: DateRange, tz: ZoneInfo) -> datetime | None:
    match date_range:
        case Between(end=date() as end):
            return end_of(end, tz)
        case _:
            return None


def _between_bounds(between: Between, at: datetime, tz: ZoneInfo) -> Bounds:
    match between.start:
        case None:
            start = BEGINNING
        case Ago(duration=duration):
            start = before(at, duration, tz)
        case value:
            start = instant_of(value, tz)
    match between.end:
        case None:
            end = at
        case Ago(duration=duration):
            end = before(at, duration, tz)
        case value:
            end = end_of(value, tz)
    return _bounds(start, min(end, at))


def _calendar_bounds(calendar: Calendar, at: datetime, tz: ZoneInfo) -> Bounds:
    this = _first_day(calendar.unit, _wall_clock(at, tz).date())
    if not calendar.previous:
        return _bounds(local_midnight(this, tz), at)
    if this == date.min:
        return Bounds(None, BEGINNING)
    previous = _first_day(calendar.unit, this - timedelta(days=1))
    end = min(local_midnight(this, tz), at)
    return _bounds(local_midnight(previous, tz), end)


def _first_day(unit: CalendarUnit, day: date) -> date:
    match unit:
        case "day":
            return day
        case "week":  # the calendar's first day, 0001-01-01, is a Monday
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            assert_never(unit)


def _bounds(start: datetime, end: datetime) -> Bounds:
    return Bounds(None if start == BEGINNING else start, end)


def _moved(at: datetime, duration: Duration, tz: ZoneInfo, *, sign: int) -> datetime:
    try:
        if duration.exact_seconds is not None:
            return _to_utc(at) + timedelta(seconds=sign * duration.exact_seconds)
        months = sign * duration.amount * CALENDAR_MONTHS[duration.unit]
        return _from_wall_clock(_months_later(_wall_clock(at, tz), months), tz)
    except OverflowError:
        return BEGINNING if sign < 0 else FOREVER


def _months_later(wall: datetime, months: int) -> datetime:
    """The same day and time in another month, the day clamped to the month's last."""
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    _, last_day = monthrange(year, month + 1)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last_day))


def _wall_clock(at: datetime, tz: ZoneInfo) -> datetime:
    """What the clocks of `tz` show at `at`, without their zone."""
    return local_time(at, tz).replace(tzinfo=None, fold=0)


def _from_wall_clock(wall: datetime, tz: ZoneInfo) -> datetime:
    """The first UTC instant at which the clocks of `tz` show `wall` or jump past it."""
    by_old = wall.replace(tzinfo=tz, fold=0)
    by_new = wall.replace(tzinfo=tz, fold=1)
    if _offset(by_old) < _offset(by_new):
        return _end_of_gap(_to_utc(by_new), _to_utc(by_old), tz)
    return _to_utc(by_old)  # of a time that exists twice, the earlier


def _end_of_gap(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The instant in (low, high] at which the offset of `tz` changes, to the second.

    zoneinfo does not tell its transitions, so it is looked for by halving.
    """
    offset = _offset(high.astimezone(tz))
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(middle.astimezone(tz)) == offset:
            high = middle
        else:
            low = middle
    return high


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _to_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return BEGINNING if instant.year == date.min.year else FOREVER
