"""Whose truth of a condition may have changed, where it is found from all their events.

Named are at least those users whose answer can differ from the one at the last tick.

Source: segments.md §2-4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from headcount.evaluate.leaves import range_at, span_of
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.changes import Reach, Sight, users_of
from headcount.rules import ranges
from headcount.rules.compile import (
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
        case Measured() | FirstEver() | Ordered():
            return Listed(users_of([*_changed_rows(leaf, reach, before)]))
        case AttributeTest():
            return reach.listed(leaf.attribute, before.at)
        case _:
            return None


def _changed_rows(
    leaf: Measured | FirstEver | Ordered, reach: Reach, before: Moment
) -> Iterator[Rows]:
    for sight, span_at in _sights(leaf):
        was, now = span_at(before), span_at(reach.scene.moment)
        yield from reach.came(sight, was, now)
        yield from reach.went(sight, was, now)


def _sights(
    leaf: Measured | FirstEver | Ordered,
) -> Iterator[tuple[Sight, Callable[[Moment], Span]]]:
    """What the leaf looks at, with where it looks at a moment."""
    in_range = partial(range_at, leaf.date_range)
    match leaf:
        case Measured():
            yield Sight(leaf.names, leaf.where), in_range
        case FirstEver():
            # An event that does not match may be the first, and then none is.
            sight = Sight(leaf.names, ())
            yield sight, _ever
            yield sight, in_range
        case Ordered():
            for names, where in leaf.steps:
                sight = Sight(names, where)
                yield sight, in_range
                yield sight, partial(_since, leaf)


def _ever(moment: Moment) -> Span:
    return Span(to_micros(BEGINNING), to_micros(moment.at))


def _since(leaf: Ordered, moment: Moment) -> Span:
    """Where the later steps may lie: from the range's start to the instant."""
    start = ranges.resolve(leaf.date_range, moment.at, moment.tz).start
    return span_of(Bounds(start, moment.at))
