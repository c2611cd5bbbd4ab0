"""Durations and date ranges as values, and the words an author writes them in.

Source: segments.md §3. What a range means at an instant is in `rules.ranges`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]
CalendarUnit = Literal["day", "week", "month", "quarter", "year"]



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
