"""For whom a leaf holds: one small function a kind, exhaustive by type check.

Every function answers with a mask: one truth a user of the crowd. Whether the user is
known is decided once, at the root.

Source: segments.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import assert_never

import numpy as np
import polars as pl

from headcount.definitions.times import DateRange
from headcount.evaluate.comparisons import compare_counts
from headcount.evaluate.matching import Answers, matching, paths_of, tests_of
from headcount.evaluate.measures import measured, per_user
from headcount.evaluate.predicates import Moment, holds_when_missing, satisfies
from headcount.evaluate.sequences import Step, users_in_order
from headcount.rules import ranges
from headcount.rules.compile import (
    ActivePeriods,
    AttributeTest,
    FirstEver,
    Known,
    Leaf,
    Measured,
    MemberOf,
    Ordered,
    Where,
)
from headcount.rules.micros import to_micros
from headcount.rules.ranges import Bounds
from headcount.store.columns.arrays import U32, Index, Mask, Whole
from headcount.store.columns.crowd import Crowd
from headcount.store.columns.kernels import keep_least, places_of_least
from headcount.store.columns.reader import Span
from headcount.store.columns.rows import Coded, Rows
from headcount.store.history import History

MembersOf = Callable[[str], pl.Series]
"""The user codes of another segment's finished membership."""


@dataclass(frozen=True)
class Scene:
    """Where, when and for whom a leaf is evaluated.

    With `near` the events of ranges are looked at inside it only.
    """

    history: History
    moment: Moment
    members_of: MembersOf
    crowd: Crowd
    answers: Answers
    near: Span | None = None

    @cached_property
    def size(self) -> int:
        """The number of users looked at."""
        return len(self.crowd)

    def rows(
        self,
        names: Sequence[str],
        bounds: Bounds,
        where: Where,
        *others: str,
        at: bool = False,
        ids: bool = False,
    ) -> Rows:
        """The crowd's events of these names in `bounds` that satisfy `where`.

        They carry the `others` of their properties.
        """
        span = span_of(bounds)
        return self.history.read_rows(
            names,
            span if self.near is None else common(span, self.near),
            self.crowd,
            sorted({*others}),
            tests=tests_of(where, self.answers),
            at=at,
            ids=ids,
        )

    def attribute(self, path: str) -> tuple[Index, Coded]:
        """Who of the crowd has something at `path`, and what."""
        return self.history.attribute_values(path, self.moment.at, self.crowd)


def common(some: Span, others: Span) -> Span:
    """The instants of both spans."""
    return Span(max(some.low, others.low), min(some.high, others.high))


def span_of(bounds: Bounds) -> Span:
    """The bounds in microseconds."""
    return Span(to_micros(bounds.start or ranges.BEGINNING), to_micros(bounds.end))


def range_at(date_range: DateRange, moment: Moment) -> Span:
    """What the range covers at the moment."""
    return span_of(ranges.resolve(date_range, moment.at, moment.tz))


def leaf_mask(leaf: Leaf, scene: Scene) -> Mask:
    """User by user, whether `leaf` holds at the scene's instant."""
    match leaf:
        case Measured():
            rows = measured_rows(leaf, scene)
            return measured(leaf, rows, scene.size, scene.answers)
        case FirstEver():
            return _first_ever(leaf, scene)
        case ActivePeriods():
            return _active_periods(leaf, scene)
        case Ordered():
            return _ordered(leaf, scene)
        case AttributeTest():
            return _attribute(leaf, scene)
        case MemberOf():
            return _member_of(leaf, scene)
        case Known():
            return scene.history.known(scene.moment.at, scene.crowd)
        case _:
            assert_never(leaf)


def measured_rows(leaf: Measured, scene: Scene, *, ids: bool = False) -> Rows:
    """The events that the measures of `leaf` look at."""
    bounds = ranges.resolve(leaf.date_range, scene.moment.at, scene.moment.tz)
    properties = [aggregate.of for _, aggregate in leaf.aggregates]
    has_days = leaf.days is not None
    return scene.rows(
        leaf.names, bounds, leaf.where, *properties, at=has_days or ids, ids=ids
    )


def first_rows(leaf: FirstEver, scene: Scene, *, ids: bool = False) -> Rows:
    """The first events of the names over all history: several when at one instant."""
    ever = Bounds(None, scene.moment.at)
    paths = paths_of(leaf.where)
    rows = scene.history.read_rows(
        leaf.names, span_of(ever), scene.crowd, paths, at=True, ids=ids
    )
    return earliest(rows, scene.size)


def earliest(rows: Rows, size: int) -> Rows:
    """The rows at the first instant of each of `size` users."""
    first = np.full(size, np.iinfo(np.int64).max)
    keep_least(rows.who, rows.at, first)
    return rows.filter(places_of_least(rows.who, rows.at, first))


def _first_ever(leaf: FirstEver, scene: Scene) -> Mask:
    """`where` is asked of the first event itself, not of the first that matches."""
    span = range_at(leaf.date_range, scene.moment)
    rows = first_rows(leaf, scene)
    inside = rows.filter((rows.at >= span.low) & (rows.at < span.high))
    return _mask(matching(inside, leaf.where, scene.answers).who, scene.size)


def active_rows(leaf: ActivePeriods, scene: Scene, *, ids: bool = False) -> Rows:
    """The matching events of all periods, with their instants."""
    edges = periods_at(leaf, scene.moment)
    bounds = Bounds(edges[0].start, edges[-1].end)
    return scene.rows(leaf.names, bounds, leaf.where, at=True, ids=ids)


def periods_at(leaf: ActivePeriods, moment: Moment) -> tuple[Bounds, ...]:
    """The periods, oldest first."""
    return ranges.active_periods(leaf.active, moment.at, moment.tz)[::-1]


def _active_periods(leaf: ActivePeriods, scene: Scene) -> Mask:
    return active_holds(leaf, counts_of_periods(leaf, scene))


def counts_of_periods(leaf: ActivePeriods, scene: Scene) -> list[Whole]:
    """User by user, the matching events of each period, the oldest first."""
    periods = periods_at(leaf, scene.moment)
    found = (scene.rows(leaf.names, period, leaf.where) for period in periods)
    return [per_user(rows.who, scene.size) for rows in found]


def period_of(leaf: ActivePeriods, rows: Rows, moment: Moment) -> Index:
    """The period of each row: 0 is the oldest."""
    starts = [span_of(one).low for one in periods_at(leaf, moment)]
    return np.searchsorted(np.array(starts), rows.at, side="right") - 1


def active_holds(leaf: ActivePeriods, counts: Sequence[Whole]) -> Mask:
    """User by user, whether in enough periods the count compares so."""
    active = [compare_counts(count, leaf.active.count) for count in counts]
    return compare_counts(np.sum(active, axis=0), leaf.active.periods)


def _ordered(leaf: Ordered, scene: Scene) -> Mask:
    names = [scene.history.codes_of(names) for names, _ in leaf.steps]
    may_share = len({*chain(*names)}) < sum(map(len, names))
    steps = read_steps(leaf, scene, ids=may_share)
    return _mask(users_in_order(leaf, steps, scene.size, scene.moment), scene.size)


def read_steps(leaf: Ordered, scene: Scene, *, ids: bool = True) -> list[Step]:
    """What matches each step, in step order; the first one only inside the range."""
    moment = scene.moment
    inside = ranges.resolve(leaf.date_range, moment.at, moment.tz)
    later = Bounds(inside.start, moment.at)
    linked = [leaf.same] if leaf.same else []
    steps = []
    for i, (names, where) in enumerate(leaf.steps):
        bounds = inside if i == 0 else later
        rows = scene.rows(names, bounds, where, *linked, at=True, ids=ids)
        steps.append(Step(rows, rows.properties[leaf.same] if leaf.same else None))
    return steps


def _attribute(leaf: AttributeTest, scene: Scene) -> Mask:
    who, coded = scene.attribute(leaf.attribute)
    mask = np.full(scene.size, holds_when_missing(leaf.predicate))
    mask[who] = coded.gather(satisfies(leaf.predicate, coded.values, scene.moment))
    return mask


def _member_of(leaf: MemberOf, scene: Scene) -> Mask:
    members = scene.members_of(leaf.segment_id).sort().to_numpy().astype(np.uint32)
    _, who = scene.crowd.find(members)
    return _mask(who, scene.size)


def _mask(who: Index | U32, size: int) -> Mask:
    mask = np.zeros(size, dtype=np.bool_)
    mask[who] = True
    return mask
