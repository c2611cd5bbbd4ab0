"""How many different days: counted again on the days that something came to or left.

Whether a day counts depends on all events of that day, so what came and went does not
say by itself. But no other day can have changed: the events of those days are read as
they were and as they are, of the users they were touched for, and the difference is
added.

Source: segments.md §2, the row `days`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from headcount.evaluate.leaves import common
from headcount.evaluate.measures import Column, distinct_pairs, local_days
from headcount.evaluate.state.apart import by_day
from headcount.evaluate.state.changes import Reach, Sight
from headcount.store.columns.arrays import I64, U32
from headcount.store.columns.crowd import Listed
from headcount.store.columns.distinct import distinct
from headcount.store.columns.reader import Span
from headcount.store.columns.rows import Rows

DAY_US = 24 * 60 * 60 * 1_000_000


@dataclass(frozen=True)
class Touched:
    """Local days, ascending, and the users whose events of these days changed."""

    days: I64
    crowd: Listed

    @property
    def span(self) -> Span:
        """All instants of these days, and others: no zone is a day off from UTC."""
        first, last = int(self.days[0]), int(self.days[-1])
        return Span((first - 1) * DAY_US, (last + 2) * DAY_US)


def days_more(
    reach: Reach, sight: Sight, changed: Sequence[Rows], *, before: Span, now: Span
) -> Iterator[tuple[U32, Column]]:
    """Users, and on how many days more they have events now than before.

    `changed` are the rows that came into the range, or left it. Users may be given
    several times: what is told of them is to be added up.
    """
    sight = replace(sight, paths=(), at=True)
    for touched in _touched(reach, changed):
        span, crowd = touched.span, touched.crowd
        was = reach.read_before(sight, common(span, before), crowd)
        rows = reach.read_now(sight, common(span, now), crowd)
        more = _count(reach, touched, rows) - _count(reach, touched, was)
        yield crowd.codes, more


def _touched(reach: Reach, changed: Sequence[Rows]) -> Iterator[Touched]:
    who = np.concatenate([rows.who for rows in changed])
    of_rows = [local_days(rows, reach.scene.moment) for rows in changed]
    for days, is_own in by_day(np.concatenate(of_rows)):
        users = distinct(who[is_own]).astype(np.uint32)
        yield Touched(days, Listed(users))


def _count(reach: Reach, touched: Touched, rows: Rows) -> Column:
    """On how many of the days each user of the crowd has a row.

    Other days are left out: they may be those of another group.
    """
    days = local_days(rows, reach.scene.moment)
    own = np.isin(days, touched.days)
    return distinct_pairs(rows.who[own], days[own], len(touched.crowd))
