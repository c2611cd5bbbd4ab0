"""Conditions that are counted up: a few whole numbers a user, moved by what changed.

A counter has one slot, a range with its columns, or one a period. Equal to reading
everything again, because a number is added when its event comes into the range and
taken off when it goes. Days and first events are in modules of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_
from typing import Protocol

import numpy as np

from headcount.evaluate.comparisons import compare_counts
from headcount.evaluate.leaves import (
    Scene,
    active_holds,
    counts_of_periods,
    measured_rows,
    periods_at,
    range_at,
    span_of,
)
from headcount.evaluate.measures import (
    COUNT,
    Column,
    Counted,
    counted_measures,
    days_of,
    local_days,
    per_user,
    scales_of,
)
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.changes import NO_ROWS, Reach, Sight, users_of
from headcount.evaluate.state.days import days_more
from headcount.evaluate.state.delta import Delta
from headcount.evaluate.state.firsts import FirstCounter
from headcount.evaluate.state.records import Field
from headcount.rules.compile import (
    ActivePeriods,
    FirstEver,
    Leaf,
    Measured,
    changes_with_the_instant,
)
from headcount.store.columns.arrays import U32, Mask
from headcount.store.columns.distinct import places_in
from headcount.store.columns.rows import Rows

MANY = 4
"""Rows of one user in so many are many."""


@dataclass(frozen=True)
class Whose:
    """The users that rows are of: rows of a crowd, ascending, or all of it."""

    users: U32
    is_everybody: bool

    def places(self, who: U32) -> U32:
        """Where each of `who` stands among the users."""
        return who if self.is_everybody else places_in(self.users, who)

    def delta(self, columns: Sequence[Column]) -> Delta:
        """These columns, those of `users`; where all are 0 nothing is added."""
        if not self.is_everybody:
            return Delta(self.users, columns)
        adds = np.flatnonzero(reduce(or_, (column != 0 for column in columns)))
        return Delta(self.users[adds], [column[adds] for column in columns])


def _whose(rows: Sequence[Rows], size: int) -> Whose:
    """The users of the rows in a crowd of `size`.

    Where many have one, all are counted: that is quicker than finding out who has.
    """
    if sum(map(len, rows)) * MANY < size:
        return Whose(users_of(rows), is_everybody=False)
    return Whose(np.arange(size, dtype=np.uint32), is_everybody=True)


class Counter(Protocol):
    """A leaf that is counted up."""

    @property
    def kinds(self) -> list[str]:
        """How each column stands in the file."""

    @property
    def scales(self) -> Sequence[int]:
        """The decimal places of each sum."""

    def fresh(self, scene: Scene) -> Sequence[Column] | None:
        """What each of the scene's crowd has, from nothing; None: it does not fit."""

    def delta(self, reach: Reach, numbers: Sequence[Field]) -> Delta | None:
        """What changed since the last tick; None: a number does not fit.

        `numbers` are the columns as they were then. Everybody whose truth may change
        is among the users, also where nothing is added.
        """

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether the leaf holds."""


@dataclass(frozen=True)
class MeasuredCounter:
    """Counts, sums, means, least and greatest numbers, and days in one range."""

    leaf: Measured
    measures: Sequence[Counted]
    scales: Sequence[int]

    @property
    def kinds(self) -> list[str]:
        """How each column stands in the file; days have the last one."""
        kinds = [kind for one in self.measures for kind in one.kinds]
        return kinds if self.leaf.days is None else [*kinds, COUNT]

    def fresh(self, scene: Scene) -> Sequence[Column] | None:
        """What each of the scene's crowd has, from nothing; None: it does not fit."""
        rows = measured_rows(self.leaf, scene)
        columns = self._count(rows, scene.size, scene)
        if columns is None or self.leaf.days is None:
            return columns
        days = days_of(rows.who, local_days(rows, scene.moment), scene.size)
        return [*columns, days]

    def delta(self, reach: Reach, numbers: Sequence[Field]) -> Delta | None:
        """What changed since the last tick; None: a number does not fit."""
        paths = [aggregate.of for _, aggregate in self.leaf.aggregates]
        has_days = self.leaf.days is not None
        sight = Sight(self.leaf.names, self.leaf.where, paths, at=has_days)
        was, now = (
            range_at(self.leaf.date_range, moment)
            for moment in (reach.was, reach.scene.moment)
        )
        came, went = reach.came(sight, was, now), reach.went(sight, was, now)
        whose = _whose([*came, *went], reach.scene.size)
        signed = [*((1, rows) for rows in came), *((-1, rows) for rows in went)]
        columns = self._sum_up(signed, whose, reach.scene)
        if columns is None:
            return None
        if has_days:
            days = np.zeros(len(whose.users), dtype=np.int64)
            changed = [*came, *went]
            for users, more in days_more(reach, sight, changed, before=was, now=now):
                days[whose.places(users)] += more
            columns.append(days)
        return whose.delta(columns)

    def _sum_up(
        self, signed: Sequence[tuple[int, Rows]], whose: Whose, scene: Scene
    ) -> list[Column] | None:
        """What rows add, with 1, or take off, with -1; None: a number does not fit.

        Days are left out.
        """
        kinds = [kind for one in self.measures for kind in one.kinds]
        columns = [np.zeros(len(whose.users), dtype=np.int64) for _ in kinds]
        for sign, rows in signed:
            if not len(rows):
                continue
            seen = replace(rows, who=whose.places(rows.who))
            found = self._count(seen, len(whose.users), scene)
            if found is None:
                return None
            columns = [
                old + sign * new for old, new in zip(columns, found, strict=True)
            ]
        return columns

    def _count(self, rows: Rows, size: int, scene: Scene) -> list[Column] | None:
        columns: list[Column] = []
        for measure in self.measures:
            found = measure.count(rows, size, scene.answers)
            if found is None:
                return None
            columns += found
        return columns

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether every measure compares so."""
        masks, rest = [], list(columns)
        for measure in self.measures:
            width = len(measure.kinds)
            own, rest = rest[:width], rest[width:]
            masks.append(measure.holds(own))
        if self.leaf.days is not None:
            masks.append(compare_counts(rest[0], self.leaf.days))
        return reduce(and_, masks)


@dataclass(frozen=True)
class PeriodsCounter:
    """The count of each of several periods, the oldest first."""

    leaf: ActivePeriods
    scales: Sequence[int] = ()

    @property
    def kinds(self) -> list[str]:
        """How each column stands in the file."""
        return [COUNT] * self.leaf.active.of

    def fresh(self, scene: Scene) -> Sequence[Column]:
        """What each of the scene's crowd has, from nothing."""
        return counts_of_periods(self.leaf, scene)

    def delta(self, reach: Reach, numbers: Sequence[Field]) -> Delta | None:
        """What changed since the last tick."""
        sight = Sight(self.leaf.names, self.leaf.where)
        spans = [
            (span_of(was), span_of(now))
            for was, now in zip(
                periods_at(self.leaf, reach.was),
                periods_at(self.leaf, reach.scene.moment),
                strict=True,
            )
        ]
        came = [reach.came(sight, was, now) for was, now in spans]
        went = [reach.went(sight, was, now) for was, now in spans]
        found = [rows for several in (*came, *went) for rows in several]
        whose = _whose(found, reach.scene.size)
        columns = [
            _number(more, whose) - _number(fewer, whose)
            for more, fewer in zip(came, went, strict=True)
        ]
        return whose.delta(columns)

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether enough periods compare so."""
        return active_holds(self.leaf, columns)


def _number(several: Sequence[Rows], whose: Whose) -> Column:
    who = np.concatenate([rows.who for rows in several] or [NO_ROWS])
    return per_user(whose.places(who), len(whose.users))


def counter_of(leaf: Leaf, scales: Sequence[int], moment: Moment) -> Counter | None:
    """How `leaf` is counted up until the moment, None when it cannot be.

    `scales` are the decimal places of its sums and means.
    """
    if changes_with_the_instant(leaf):
        return None
    if isinstance(leaf, FirstEver):
        return FirstCounter(leaf, moment)
    if isinstance(leaf, ActivePeriods):
        return PeriodsCounter(leaf)
    if not isinstance(leaf, Measured):
        return None
    if any(name == "distinct" for name, _ in leaf.aggregates):
        return None
    return MeasuredCounter(leaf, counted_measures(leaf, scales), scales)


def scales_for(leaf: Leaf, scenes: Sequence[Scene]) -> list[int]:
    """The decimal places that the sums and means of `leaf` need in these scenes."""
    if not isinstance(leaf, Measured):
        return []
    if {name for name, _ in leaf.aggregates}.isdisjoint({"sum", "avg"}):
        return []
    found = [scales_of(leaf, measured_rows(leaf, scene)) for scene in scenes]
    return [max(several) for several in zip(*found, strict=True)]
