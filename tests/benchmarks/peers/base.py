"""What every peer can do, and what the translations of a plan have in common."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from headcount.definitions.model import Comparison
from headcount.definitions.times import Duration
from headcount.rules import ranges
from headcount.rules.compile import Measured, Plan
from headcount.rules.micros import to_micros
from tests.benchmarks.generator import ZONE, Columns

DAY_US = 86_400_000_000
SCALE = {"amount": 100}
"""Amounts are kept as whole cents: integers are the quickest in every engine."""

COLUMNS = {"amount": "cents"}
BOOLEANS = frozenset({"mobile"})


class NotExpressibleError(Exception):
    """The peers have no words for a rule; definitions.py does not draw it."""


class Peer(Protocol):
    """An engine with the events loaded."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        """What `load` left in the folder is open."""

    @classmethod
    def load(cls, folder: Path, columns: Columns) -> None:
        """The folder holds the rows of `columns` in the order that suits the engine."""

    def add(self, columns: Columns) -> None:
        """An arrival is there too, and the users are as of its tick."""

    def translate(self, plan: Plan, at: datetime) -> Any:
        """The one query that names the members of the plan at an instant."""

    def members(self, query: Any) -> pl.Series:
        """The codes of the members, each once, in any order."""

    @classmethod
    def write(cls, folder: Path, plan: Plan, scene: Scene) -> str:
        """The query as text, for `peers.cold`; nothing is opened."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The instant that rules are read at, and the codes of the names known by then."""

    at: datetime
    names: list[str]

    def bounds(self, date_range: Any) -> tuple[int | None, int]:
        """Half-open, in microseconds; None is the beginning."""
        bounds = ranges.resolve(date_range, self.at, ZONE)
        start = None if bounds.start is None else to_micros(bounds.start)
        return start, to_micros(bounds.end)

    def codes(self, names: Iterable[str]) -> list[int] | None:
        """The codes of the events that are named; None is any event."""
        wanted = tuple(names)
        if "*" in wanted:
            return None
        exact = {name for name in wanted if not name.endswith("*")}
        prefixes = tuple(name[:-1] for name in wanted if name.endswith("*"))
        return [
            code
            for code, name in enumerate(self.names)
            if name in exact or (prefixes and name.startswith(prefixes))
        ]

    def instant(self, moment: Any) -> int:
        """An instant that a definition names."""
        return to_micros(ranges.instant_of(moment, ZONE))

    def before(self, duration: Duration) -> int:
        """So long before the instant of evaluation."""
        return to_micros(ranges.before(self.at, duration, ZONE))

    @property
    def now(self) -> int:
        """The instant itself."""
        return to_micros(self.at)

    @property
    def offset(self) -> int:
        """How far the clocks of the zone are ahead of UTC, the whole time."""
        return int(ZONE.utcoffset(self.at).total_seconds() * 1_000_000)


def exact_length(duration: Duration) -> int:
    """The microseconds of a duration that is the same everywhere."""
    start = datetime(2026, 5, 1, tzinfo=ZONE)
    if duration.unit in {"month", "year"}:
        raise NotExpressibleError(duration)
    return to_micros(ranges.after(start, duration, ZONE)) - to_micros(start)


def holds_without_events(leaf: Measured) -> bool:
    """Whether the leaf holds for users without any of its events."""
    if any(name != "distinct" for name, _ in leaf.aggregates):
        return False
    return all(map(holds_for_zero, _whole_numbers(leaf)))


def _whole_numbers(leaf: Measured) -> list[Comparison]:
    measures = [leaf.count, leaf.days, *(one for _, one in leaf.aggregates)]
    return [one for one in measures if one is not None]


COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
}


def operators_of(comparison: Any) -> Iterator[tuple[str, Decimal]]:
    """Each operator of a comparison or predicate on numbers, with its bound."""
    for name in COMPARE:
        bound = getattr(comparison, name, None)
        if bound is not None:
            yield name, bound
    if comparison.between is not None:
        low, high = comparison.between
        yield "gte", low
        yield "lte", high


def holds_for_zero(comparison: Comparison) -> bool:
    """Whether zero compares so."""
    return all(COMPARE[name](0, bound) for name, bound in operators_of(comparison))


def column_of(name: str) -> str:
    """The column that holds a property."""
    return COLUMNS.get(name, name)


def scaled(name: str, bound: Any) -> Any:
    """A bound in the unit of its property's column."""
    return bound * SCALE.get(name, 1)
