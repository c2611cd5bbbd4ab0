"""Durations and date ranges as values, and the words an author writes them in.

Source: segments.md §3. What a range means at an instant is in `rules.ranges`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Literal, get_args

from headcount.definitions.mistakes import MistakeError, nearest, quote

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
CalendarUnit = Literal["day", "week", "month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: exact for seconds to weeks, by the calendar for the rest."""

    amount: int
    unit: Unit

    @property
    def exact_seconds(self) -> int | None:
        """Its seconds, a day 24 hours whatever the clocks do; None for months."""
        seconds = EXACT_SECONDS.get(self.unit)
        return None if seconds is None else seconds * self.amount


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
_SECONDS = EXACT_SECONDS | {"month": 2_629_746, "year": 31_556_952}
_MOST_SECONDS = LONGEST_YEARS * _SECONDS["year"]
_MOST_DIGITS = len(str(_MOST_SECONDS))

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
    if not re.fullmatch(r"[1-9][0-9]*", amount):
        wanted = "a whole number of units greater than zero"
        raise MistakeError(found=quote(text), wanted=wanted)
    if len(amount) > _MOST_DIGITS or int(amount) * _SECONDS[unit] > _MOST_SECONDS:
        raise MistakeError(found=quote(text), wanted=f"at most {LONGEST_YEARS} years")
    return Duration(int(amount), unit)


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
    hint = "today" if text == "this day" else nearest(text, words)
    raise MistakeError(found=quote(text), wanted=A_RANGE, nearest=hint)


def parse_moment(text: str) -> date | datetime:
    """The day or the instant that ISO 8601 `text` names; an offset becomes UTC."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            instant = datetime.fromisoformat(text)
            return instant if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
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
    """Whether `one` takes more time than `other`, in months of some length."""
    if one.unit in CALENDAR_MONTHS and other.unit in CALENDAR_MONTHS:
        return _months(one) > _months(other)
    return _seconds(one, slack=1) > _seconds(other, slack=-1)


def _months(duration: Duration) -> int:
    return CALENDAR_MONTHS[duration.unit] * duration.amount


def _seconds(duration: Duration, *, slack: int) -> int:
    """About how long it is; months begin up to three days and an hour off."""
    is_exact = duration.unit in EXACT_SECONDS
    most_off = 0 if is_exact else 3 * EXACT_SECONDS["day"] + EXACT_SECONDS["hour"]
    return _SECONDS[duration.unit] * duration.amount + slack * most_off


def _edge(moment: date | datetime, tz: tzinfo, *, is_end: bool) -> datetime:
    """The instant in UTC; where the clocks change, an hour does not matter here."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.max if is_end else time.min)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=tz)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


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
