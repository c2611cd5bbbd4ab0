"""The first event over all history: kept is its instant, and whether it matches.

An event that comes is earlier than the first one known, at the same instant, or later
and of no account: so what was there before is never read again. Nothing leaves all
history, since the instant of evaluation goes forward only; where the range is decides
about the kept number alone.

Source: segments.md §2, the row `first`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from headcount.evaluate.instants import EARLIEST_US
from headcount.evaluate.leaves import Scene, earliest, first_rows, range_at
from headcount.evaluate.matching import Answers, matching, paths_of
from headcount.evaluate.measures import Column
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.changes import Reach, Sight, users_of
from headcount.evaluate.state.delta import Delta
from headcount.evaluate.state.records import Field
from headcount.rules.compile import FirstEver, Where
from headcount.rules.micros import to_micros
from headcount.rules.ranges import BEGINNING
from headcount.store.columns.arrays import I64, Mask
from headcount.store.columns.distinct import places_in
from headcount.store.columns.reader import Span
from headcount.store.columns.rows import Rows

FIRST = "<i8"
NO_FIRST = 0
MATCHES = 1
"""The lowest bit: whether an event at the first instant satisfies `where`."""


@dataclass(frozen=True)
class FirstCounter:
    """One number a user: the first instant of the names, and whether it matches there.

    `moment` is the one that the range is looked at from.
    """

    leaf: FirstEver
    moment: Moment
    scales: Sequence[int] = ()

    @property
    def kinds(self) -> list[str]:
        """How the number stands in the file."""
        return [FIRST]

    def fresh(self, scene: Scene) -> Sequence[Column]:
        """What each of the scene's crowd has, from nothing."""
        rows = first_rows(self.leaf, scene)
        return [firsts_of(rows, self.leaf.where, scene.size, scene.answers)]

    def delta(self, reach: Reach, numbers: Sequence[Field]) -> Delta:
        """What changed since the last tick, and whose first crossed an edge."""
        names, where = self.leaf.names, self.leaf.where
        # An event that does not match may be the first, and then none is.
        sight = Sight(names, (), paths_of(where), at=True)
        came = reach.came(sight, ever(reach.was), ever(self.moment))
        spans = (
            range_at(self.leaf.date_range, one) for one in (reach.was, self.moment)
        )
        users = users_of([*came, *reach.crossed(Sight(names, ()), *spans)])
        (number,) = numbers
        known = firsts = number.of(users)
        for rows in came:
            seen = replace(rows, who=places_in(users, rows.who))
            new = earliest(seen, len(users))
            found = firsts_of(new, where, len(users), reach.scene.answers)
            firsts = earlier(firsts, found)
        return Delta(users, [firsts - known])

    def holds(self, columns: Sequence[Column]) -> Mask:
        """User by user, whether the first event matches and is in the range."""
        (firsts,) = columns
        span = range_at(self.leaf.date_range, self.moment)
        low, high = number_of(span.low), number_of(span.high)
        is_inside = (firsts >= low) & (firsts < high)
        holds: Mask = is_inside & (firsts & MATCHES != 0)
        return holds


def ever(moment: Moment) -> Span:
    """All history at the moment."""
    return Span(to_micros(BEGINNING), to_micros(moment.at))


def number_of(instant: int) -> int:
    """The least number of a first event at the instant: above `NO_FIRST`, and even."""
    return 2 * (instant - EARLIEST_US + 1)


def firsts_of(rows: Rows, where: Where, size: int, answers: Answers) -> I64:
    """The number of each of `size` users, whose first events the rows are."""
    firsts = np.full(size, NO_FIRST, dtype=np.int64)
    firsts[rows.who] = 2 * (rows.at - (EARLIEST_US - 1))
    firsts[matching(rows, where, answers).who] |= MATCHES
    return firsts


def earlier(some: I64, others: I64) -> I64:
    """User by user, the number of the first event of both."""
    is_tie = some >> 1 == others >> 1
    is_second = (some == NO_FIRST) | ((others != NO_FIRST) & (others < some))
    return np.where(is_tie, some | others, np.where(is_second, others, some))
