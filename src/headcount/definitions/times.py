"""Durations and date ranges as values, and the words an author writes them in.

Source: segments.md §3. What a range means at an instant is in `rules.ranges`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, TypeVar, get_args

from headcount.definitions.mistakes import MistakeError, nearest, quote

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
CalendarUnit = Literal["day", "week", "month", "quarter", "year"]

_Moment = TypeVar("_Moment", date, datetime)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: exact for seconds to weeks, by the calendar for the rest."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Ago:
    """The instant that lies `duration` before the instant of evaluation."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Between:
    """`{from: …, to: …}`; None is the beginning, or the instant of evaluation.

    A `date` is a whole local day, a `datetime` an instant (local when naive).
    """

    start: date | datetime | Ago | None
    end: date | datetime | Ago | None

    @property
    def is_fixed(self) -> bool:
        """Whether the end stands still while time goes on."""
        return self.end is not None and not isinstance(self.end, Ago)


@dataclass(frozen=True, slots=True)
class Last:
    """`last 30 days`: from that long before the instant of evaluation until it."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Calendar:
    """`this week` (until now) or, when `previous`, `last week` (the whole one)."""

    unit: CalendarUnit
    previous: bool


@dataclass(frozen=True, slots=True)
class AllTime:
    """Everything before the instant of evaluation."""


DateRange = Between | Last | Calendar | AllTime

UNITS: tuple[Unit, ...] = get_args(Unit)
EXACT_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
CALENDAR_MONTHS = {"month": 1, "year": 12}

LONGEST_YEARS = 500
EARLIEST_YEAR = 1000
LATEST_YEAR = 9000
"""Limits under which no sum of a date and a length leaves the calendar of Python."""

NAMED_RANGES: dict[str, DateRange] = {
    "all time": AllTime(),
    "today": Calendar("day", previous=False),
    "yesterday": Calendar("day", previous=True),
    "this week": Calendar("week", previous=False),
    "last week": Calendar("week", previous=True),
    "this month": Calendar("month", previous=False),
    "last month": Calendar("month", previous=True),
    "this quarter": Calendar("quarter", previous=False),
    "last quarter": Calendar("quarter", previous=True),
    "this year": Calendar("year", previous=False),
    "last year": Calendar("year", previous=True),
}

A_DURATION = 'a length of time like "30 days" or "12 hours"'
A_RANGE = (
    '"last 30 days", a calendar word like "this week" or "last month", '
    '"all time", or {from: …, to: …}'
)
A_MOMENT = 'a date like 2026-05-01 or an instant like "2026-05-01T09:00:00Z"'
AN_EDGE = f'{A_MOMENT}, or "14 days ago"'

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]"
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


def parse_duration(text: str) -> Duration:
    """The length that `30 days` names; MistakeError tells the nearest readable one."""
    match = re.fullmatch(r"(-?[0-9.]+) ?([A-Za-z]+)", text)
    if match is None:
        raise MistakeError(found=quote(text), wanted=A_DURATION)
    amount, word = match.groups()
    unit = word.removesuffix("s")
    if unit not in UNITS or " " not in text:
        known = _nearest_unit(word)
        hint = f"{amount} {known}s" if known else None
        raise MistakeError(found=quote(text), wanted=A_DURATION, nearest=hint)
    if not re.fullmatch(r"[0-9]{1,12}", amount) or int(amount) == 0:
        wanted = "a whole number of units greater than zero"
        raise MistakeError(found=quote(text), wanted=wanted)
    duration = Duration(int(amount), unit)
    if shortest(duration) > timedelta(days=366 * LONGEST_YEARS):
        raise MistakeError(found=quote(text), wanted=f"at most {LONGEST_YEARS} years")
    return duration


def _nearest_unit(word: str) -> str | None:
    by_letter = {unit[0]: unit for unit in UNITS if unit != "month"}
    return nearest(word.removesuffix("s"), UNITS) or by_letter.get(word.casefold())


def parse_range(text: str) -> DateRange:
    """The range that one of the words of segments.md §3 names."""
    if text in NAMED_RANGES:
        return NAMED_RANGES[text]
    if re.fullmatch(r"last -?[0-9].*", text):
        try:
            return Last(parse_duration(text.removeprefix("last ")))
        except MistakeError as error:
            hint = f"last {error.nearest}" if error.nearest else None
            raise MistakeError(
                found=quote(text), wanted=error.wanted, nearest=hint
            ) from None
    words = [*NAMED_RANGES, *(f"last 1 {unit}" for unit in UNITS)]
    raise MistakeError(found=quote(text), wanted=A_RANGE, nearest=nearest(text, words))


def parse_moment(text: str) -> date | datetime:
    """The day or the instant that ISO 8601 `text` names; an offset becomes UTC."""
    try:
        if _DATE.fullmatch(text):
            return _require_near(date.fromisoformat(text))
        if _INSTANT.fullmatch(text):
            return _to_utc(_require_near(datetime.fromisoformat(text)))
    except ValueError as error:
        if isinstance(error, MistakeError):
            raise
        wanted = "a day and time that exist"
        raise MistakeError(found=quote(text), wanted=wanted) from None
    raise MistakeError(found=quote(text), wanted=A_MOMENT)


def parse_edge(text: str) -> date | datetime | Ago:
    """One end of a range: a date, an instant, or `14 days ago`."""
    if text.endswith(" ago"):
        return Ago(parse_duration(text.removesuffix(" ago")))
    if not re.match(r"[0-9]{4}-", text):
        raise MistakeError(found=quote(text), wanted=AN_EDGE)
    return parse_moment(text)


def _require_near(moment: _Moment) -> _Moment:
    if EARLIEST_YEAR <= moment.year < LATEST_YEAR:
        return moment
    wanted = f"a year from {EARLIEST_YEAR} to {LATEST_YEAR - 1}"
    raise MistakeError(found=f"the year {moment.year}", wanted=wanted)


def _to_utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo is None else instant.astimezone(UTC)


def shortest(duration: Duration) -> timedelta:
    """The least time that `duration` can take: a month may have 28 days."""
    return _least_and_most(duration)[0]


def _least_and_most(duration: Duration) -> tuple[timedelta, timedelta]:
    if duration.unit in EXACT_SECONDS:
        exact = timedelta(seconds=EXACT_SECONDS[duration.unit]) * duration.amount
        return exact, exact
    average = timedelta(days=30.436875) * CALENDAR_MONTHS[duration.unit]
    slack = timedelta(days=4)
    return average * duration.amount - slack, average * duration.amount + slack


def is_possible(between: Between, tz: tzinfo) -> bool:
    """Whether `from` can lie before `to` at some instant of evaluation."""
    match between:
        case Between(start=Ago(duration=start), end=Ago(duration=end)):
            return _can_be_longer(start, end)
        case Between(start=date() as start, end=date() as end):
            return _edge(start, tz, is_end=False) < _edge(end, tz, is_end=True)
        case _:
            return True


def _can_be_longer(one: Duration, other: Duration) -> bool:
    if one.unit in CALENDAR_MONTHS and other.unit in CALENDAR_MONTHS:
        months = (CALENDAR_MONTHS[d.unit] * d.amount for d in (one, other))
        return next(months) > next(months)
    return _least_and_most(one)[1] > _least_and_most(other)[0]


def _edge(moment: date | datetime, tz: tzinfo, *, is_end: bool) -> datetime:
    """The instant in UTC; near a change of clocks an hour does not matter here."""
    if not isinstance(moment, datetime):
        day = moment + timedelta(days=1) if is_end else moment
        moment = datetime.combine(day, time.min)
    return (moment if moment.tzinfo else moment.replace(tzinfo=tz)).astimezone(UTC)


def duration_text(duration: Duration) -> str:
    """The duration as an author writes it."""
    return f"{duration.amount} {duration.unit}{'s' if duration.amount != 1 else ''}"


def moment_text(moment: date | datetime) -> str:
    """The day or instant as an author writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def range_text(date_range: DateRange) -> str | dict[str, str]:
    """The range as an author writes it: words, or a mapping of `from` and `to`."""
    match date_range:
        case Last(duration=duration):
            return f"last {duration_text(duration)}"
        case Between():
            return between_text(date_range)
        case _:
            return next(w for w, named in NAMED_RANGES.items() if named == date_range)


def between_text(between: Between) -> dict[str, str]:
    """The ends that there are, as an author writes them."""
    ends = {"from": between.start, "to": between.end}
    return {key: _edge_text(edge) for key, edge in ends.items() if edge is not None}


def _edge_text(edge: date | datetime | Ago) -> str:
    if isinstance(edge, Ago):
        return f"{duration_text(edge.duration)} ago"
    return moment_text(edge)
