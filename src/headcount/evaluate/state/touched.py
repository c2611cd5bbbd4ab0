"""Who is asked again, where a truth is found from all the events of a user.

Asked are at least those whose answer can differ from the one at the last tick. Where
more events can only make a condition true, those for whom it holds need no asking when
something came, nor the others when something went.

Source: segments.md §2-4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np

from headcount.evaluate.comparisons import operators_of
from headcount.evaluate.leaves import leaf_mask, range_at, span_of
from headcount.evaluate.predicates import Moment
from headcount.evaluate.sequences import SECOND_US
from headcount.evaluate.state.apart import by_day
from headcount.evaluate.state.changes import Reach, Sight, users_of
from headcount.evaluate.state.days import DAY_US
from headcount.evaluate.state.firsts import ever
from headcount.evaluate.state.truths import Truth
from headcount.rules import ranges
from headcount.rules.compile import (
    AttributeTest,
    FirstEver,
    Leaf,
    Measured,
    Ordered,
    changes_with_the_instant,
)
from headcount.rules.ranges import Bounds
from headcount.store.columns.arrays import U32, Mask
from headcount.store.columns.crowd import Listed
from headcount.store.columns.distinct import distinct
from headcount.store.columns.reader import Span
from headcount.store.columns.rows import Rows

NOBODY = np.empty(0, dtype=np.uint32)

Direction = Literal["grows", "shrinks", "either"]
"""What more events can do to a truth: only make it, only end it, or both."""


@dataclass(frozen=True)
class Question:
    """Users who are asked from their events in `near`; None: from all."""

    crowd: Listed
    near: Span | None = None


@dataclass(frozen=True)
class Changed:
    """The rows that came into sight, and those that went out of it."""

    came: list[Rows] = field(default_factory=list)
    went: list[Rows] = field(default_factory=list)


def asked_again(leaf: Leaf, reach: Reach, standing: Truth) -> tuple[U32, Mask] | None:
    """Users, ascending, with their truth now; None: anybody's may have changed.

    All others have the truth that they are `standing` with since the last tick.
    """
    asked = questions(leaf, reach, standing)
    return None if asked is None else _answered(leaf, reach, asked)


def _answered(leaf: Leaf, reach: Reach, asked: Sequence[Question]) -> tuple[U32, Mask]:
    users = distinct(np.concatenate([NOBODY, *(one.crowd.codes for one in asked)]))
    truths = np.zeros(len(users), dtype=np.bool_)
    for one in asked:
        if len(one.crowd):
            scene = replace(reach.scene, crowd=one.crowd, near=one.near)
            holders = one.crowd.codes[leaf_mask(leaf, scene)]
            truths[np.searchsorted(users, holders)] = True
    return users, truths


def questions(leaf: Leaf, reach: Reach, standing: Truth) -> list[Question] | None:
    """Whom to ask, from which of their events; None: everybody.

    The leaf holds for a user who is asked several times when one answer says so.
    """
    if changes_with_the_instant(leaf):
        return None
    match leaf:
        case Ordered():
            changed = _changed(leaf, reach)
            risen = _risen(leaf, reach, changed.came, standing)
            return [*risen, Question(_who(changed.went, standing, holds=True))]
        case Measured() | FirstEver():
            changed = _changed(leaf, reach)
            return [Question(_directed(leaf, changed, standing))]
        case AttributeTest():
            return [Question(reach.listed(leaf.attribute))]
        case _:
            return None


def _who(rows: Sequence[Rows], standing: Truth, *, holds: bool) -> Listed:
    """The users of the rows for whom the truth stands so."""
    users = users_of(rows)
    return Listed(users[standing.of(users) == holds])


# ── by direction ──────────────────────────────────────────────────────────────


def _directed(leaf: Measured | FirstEver, changed: Changed, standing: Truth) -> Listed:
    more, fewer = changed.came, changed.went
    direction = direction_of(leaf)
    if direction == "either":
        return Listed(users_of([*more, *fewer]))
    if direction == "shrinks":
        more, fewer = fewer, more
    risen = _who(more, standing, holds=False)
    fallen = _who(fewer, standing, holds=True)
    return Listed(distinct(np.concatenate([risen.codes, fallen.codes])))


def direction_of(leaf: Measured | FirstEver) -> Direction:
    """Which way more events move the truth of the leaf."""
    if isinstance(leaf, FirstEver) or {name for name, _ in leaf.aggregates} - {
        "distinct"
    }:
        return "either"
    wanted = [leaf.count, leaf.days, *(one for _, one in leaf.aggregates)]
    operators = {op for one in wanted if one for op, _ in operators_of(one)}
    if operators <= {"gt", "gte"}:
        return "grows"
    return "shrinks" if operators <= {"lt", "lte"} else "either"


# ── near what came ────────────────────────────────────────────────────────────


def _risen(
    leaf: Ordered, reach: Reach, came: Sequence[Rows], standing: Truth
) -> list[Question]:
    """Those for whom the steps may now be in order.

    They were not before, so an event that came is one of the steps, and none is further
    from it than all of them may lie apart.
    """
    length_us = _length_us(leaf, reach.scene.moment)
    if length_us is None:
        return [Question(_who(came, standing, holds=False))]
    who = np.concatenate([rows.who for rows in came]).astype(np.uint32)
    at = np.concatenate([rows.at for rows in came])
    may_rise = ~standing.of(who)
    who, at = who[may_rise], at[may_rise]
    return [
        Question(
            Listed(distinct(who[own])),
            Span(int(at[own].min()) - length_us, int(at[own].max()) + length_us + 1),
        )
        for _, own in by_day(at // DAY_US)
    ]


def _length_us(leaf: Ordered, moment: Moment) -> int | None:
    """How far the steps may lie apart; None where that hardly limits what is read."""
    if leaf.within is None or leaf.within.exact_seconds is None:
        return None
    length_us = leaf.within.exact_seconds * SECOND_US
    whole = _since(leaf, moment)
    return length_us if 2 * length_us < whole.high - whole.low else None


# ── what came and went ────────────────────────────────────────────────────────


def _changed(leaf: Measured | FirstEver | Ordered, reach: Reach) -> Changed:
    changed = Changed()
    for sight, span_at in _sights(leaf):
        was, now = span_at(reach.was), span_at(reach.scene.moment)
        changed.came.extend(reach.came(sight, was, now))
        changed.went.extend(reach.went(sight, was, now))
    return changed


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
            yield sight, ever
            yield sight, in_range
        case Ordered():
            for i, (names, where) in enumerate(leaf.steps):
                span_at = in_range if i == 0 else partial(_since, leaf)
                yield Sight(names, where, at=True), span_at


def _since(leaf: Ordered, moment: Moment) -> Span:
    """Where the later steps may lie: from the range's start to the instant."""
    start = ranges.resolve(leaf.date_range, moment.at, moment.tz).start
    return span_of(Bounds(start, moment.at))
