"""Whose truth of a condition may have changed, where it is found from all their events.

Named are at least those users whose answer can differ from the one at the last tick.

Source: segments.md §2-4.
"""

from __future__ import annotations

from collections.abc import Iterator

from headcount.evaluate.leaves import span_of
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.changes import Reach, Sight, users_of
from headcount.rules import ranges
from headcount.rules.compile import (
    ActivePeriods,
    AttributeTest,
    FirstEver,
    Leaf,
    Measured,
    Ordered,
    changes_with_the_instant,
)
from headcount.rules.micros import to_micros
from headcount.rules.ranges import BEGINNING, Bounds
from headcount.store.columns.crowd import Listed
from headcount.store.columns.reader import Span
from headcount.store.columns.rows import Rows


def touched_users(leaf: Leaf, reach: Reach, before: Moment) -> Listed | None:
    """The users whose truth may have changed since `before`; None: anybody's."""
    if changes_with_the_instant(leaf):
        return None
    match leaf:
        case Measured() | ActivePeriods() | FirstEver() | Ordered():
            return Listed(users_of([*_changed_rows(leaf, reach, before)]))
        case AttributeTest():
            return reach.listed(leaf.attribute, before.at)
        case _:
            return None


def _changed_rows(leaf: Leaf, reach: Reach, before: Moment) -> Iterator[Rows]:
    now = reach.scene.moment
    for sight, was, is_now in _sights(leaf, before, now):
        yield from reach.came(sight, was, is_now)
        yield from reach.went(sight, was, is_now)


def _sights(
    leaf: Leaf, before: Moment, now: Moment
) -> Iterator[tuple[Sight, Span, Span]]:
    """What the leaf looks at, with where it looked before and where it looks now."""
    match leaf:
        case Measured():
            yield Sight(leaf.names, leaf.where), _range(leaf, before), _range(leaf, now)
        case ActivePeriods():
            sight = Sight(leaf.names, leaf.where)
            for was, is_now in zip(
                _periods(leaf, before), _periods(leaf, now), strict=True
            ):
                yield sight, was, is_now
        case FirstEver():
            # An event that does not match may be the first, and then none is.
            sight = Sight(leaf.names, ())
            yield sight, _ever(before), _ever(now)
            yield sight, _range(leaf, before), _range(leaf, now)
        case Ordered():
            for names, where in leaf.steps:
                sight = Sight(names, where)
                yield sight, _range(leaf, before), _range(leaf, now)
                yield sight, _since(leaf, before), _since(leaf, now)


def _range(leaf: Measured | FirstEver | Ordered, moment: Moment) -> Span:
    return span_of(ranges.resolve(leaf.date_range, moment.at, moment.tz))


def _periods(leaf: ActivePeriods, moment: Moment) -> list[Span]:
    return [
        span_of(one) for one in ranges.active_periods(leaf.active, moment.at, moment.tz)
    ]


def _ever(moment: Moment) -> Span:
    return Span(to_micros(BEGINNING), to_micros(moment.at))


def _since(leaf: Ordered, moment: Moment) -> Span:
    """Where the later steps may lie: from the range's start to the instant."""
    start = ranges.resolve(leaf.date_range, moment.at, moment.tz).start
    return span_of(Bounds(start, moment.at))
