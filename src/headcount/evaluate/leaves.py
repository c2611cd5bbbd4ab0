"""For whom a leaf holds: one small function a kind, exhaustive by type check.

Every function answers with a mask: a Boolean series, one row a user of the system, at
the row of the user's code. Whether the user is known is decided once, at the root.

Source: segments.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial, reduce
from operator import and_
from typing import Literal, assert_never

import polars as pl

from headcount.definitions.model import Aggregate, Comparison
from headcount.evaluate import sequences
from headcount.evaluate.comparisons import (
    compare_counts,
    holds_for,
    holds_for_zero,
    operators_of,
)
from headcount.evaluate.matching import matching, paths_of, property_values
from headcount.evaluate.predicates import Moment, holds_when_missing, satisfies
from headcount.evaluate.totals import compare_totals, total_numbers
from headcount.evaluate.values import Operator, compare_numbers
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
)
from headcount.rules.micros import to_micros
from headcount.store.history import History

MembersOf = Callable[[str], pl.Series]
"""The user codes of another segment's finished membership."""

Mask = pl.Series


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when a leaf is evaluated."""

    history: History
    moment: Moment
    members_of: MembersOf


def leaf_mask(leaf: Leaf, scene: Scene) -> Mask:
    """User by user, whether `leaf` holds at the scene's instant."""
    match leaf:
        case Measured():
            return _measured(leaf, scene)
        case FirstEver():
            return _first_ever(leaf, scene)
        case ActivePeriods():
            return _active_periods(leaf, scene)
        case Ordered():
            return _mask(
                scene, sequences.users_in_order(leaf, scene.history, scene.moment)
            )
        case AttributeTest():
            return _attribute(leaf, scene)
        case MemberOf():
            return _mask(scene, scene.members_of(leaf.segment_id))
        case Known():
            return scene.history.known(scene.moment.at)
        case _:
            assert_never(leaf)


def _mask(scene: Scene, users: pl.Series, *, others: bool = False) -> Mask:
    """True for `users` (or, with `others`, for everybody else)."""
    mask = pl.repeat(others, scene.history.size, dtype=pl.Boolean, eager=True)
    return mask if users.is_empty() else mask.scatter(users, not others)


def _spread(scene: Scene, users: pl.Series, holds: pl.Series, *, others: bool) -> Mask:
    """The answer of each of `users`, and `others` for everybody else."""
    differing = users.filter(holds != others)
    return _mask(scene, differing, others=others)


# ── measured events ───────────────────────────────────────────────────────────


def measured_rows(leaf: Measured, scene: Scene) -> pl.DataFrame:
    """The EVENTS that the measures of `leaf` look at."""
    bounds = ranges.resolve(leaf.date_range, scene.moment.at, scene.moment.tz)
    paths = paths_of(leaf.where, *(aggregate.of for _, aggregate in leaf.aggregates))
    events = scene.history.read_events(leaf.names, bounds, paths)
    return matching(events, leaf.where, scene.moment)


def _measured(leaf: Measured, scene: Scene) -> Mask:
    rows = measured_rows(leaf, scene)
    return reduce(and_, _measures(leaf, rows, scene))


def _measures(leaf: Measured, rows: pl.DataFrame, scene: Scene) -> Iterator[Mask]:
    if leaf.count is not None:
        counts = rows.group_by("user").agg(number=pl.len())
        yield _whole_number(counts, leaf.count, scene)
    if leaf.days is not None:
        days = rows.group_by("user").agg(number=local_day(scene.moment).n_unique())
        yield _whole_number(days, leaf.days, scene)
    for name, aggregate in leaf.aggregates:
        yield _AGGREGATES[name](aggregate, rows, scene)


def _whole_number(numbers: pl.DataFrame, comparison: Comparison, scene: Scene) -> Mask:
    """Zero events is the number 0, so those without a row are compared as 0."""
    holds = compare_counts(numbers.get_column("number"), comparison)
    users = numbers.get_column("user")
    return _spread(scene, users, holds, others=holds_for_zero(comparison))


def local_day(moment: Moment) -> pl.Expr:
    """The local calendar day of `at`."""
    instant = pl.from_epoch("at", time_unit="us").dt.replace_time_zone("UTC")
    return instant.dt.convert_time_zone(moment.tz.key).dt.date()


def _total(
    aggregate: Aggregate,
    rows: pl.DataFrame,
    scene: Scene,
    *,
    of: Literal["sum", "avg"],
) -> Mask:
    values = property_values(rows, aggregate.of)
    numbers = pl.DataFrame(
        {"user": rows.get_column("user"), "text": values.text}
    ).filter(values.number.is_not_null())
    if numbers.is_empty():
        return _mask(scene, numbers.get_column("user"))
    totals = total_numbers(numbers)
    holds = compare_totals(totals, aggregate, of=of)
    return _spread(scene, totals.users, holds, others=False)


def _extreme(
    aggregate: Aggregate,
    rows: pl.DataFrame,
    scene: Scene,
    *,
    every: tuple[Operator, Operator],
    some: tuple[Operator, Operator],
) -> Mask:
    """The least (greatest) number compares so, without being computed.

    The least is over a bound when `every` number is, and under it when `some` number
    is: so each number is compared exactly, and the answers are gathered.
    """
    values = property_values(rows, aggregate.of)
    columns = {"user": rows.get_column("user")}
    answers: list[pl.Expr] = []
    for i, (op, bound) in enumerate(operators_of(aggregate)):
        reaches, holds = f"reaches {i}", f"holds {i}"
        columns[reaches] = compare_numbers(values, every[1], bound)
        columns[holds] = compare_numbers(values, "eq" if op == "ne" else op, bound)
        is_bound = pl.col(reaches).all() & pl.col(holds).any()
        if op in every:
            answers.append(pl.col(holds).all())
        elif op in some:
            answers.append(pl.col(holds).any())
        else:
            answers.append(~is_bound if op == "ne" else is_bound)
    gathered = (
        pl.DataFrame(columns)
        .filter(values.number.is_not_null())
        .group_by("user")
        .agg(holds=pl.all_horizontal(answers))
    )
    return _spread(
        scene, gathered.get_column("user"), gathered.get_column("holds"), others=False
    )


def _distinct(aggregate: Aggregate, rows: pl.DataFrame, scene: Scene) -> Mask:
    """Values are one when their comparable texts are: 1, 1.0 and "1"."""
    values = property_values(rows, aggregate.of)
    numbers = (
        pl.DataFrame({"user": rows.get_column("user"), "text": values.text})
        .drop_nulls("text")
        .group_by("user")
        .agg(number=pl.col("text").n_unique())
    )
    return _whole_number(numbers, aggregate, scene)


_AGGREGATES: dict[str, Callable[[Aggregate, pl.DataFrame, Scene], Mask]] = {
    "sum": partial(_total, of="sum"),
    "avg": partial(_total, of="avg"),
    "min": partial(_extreme, every=("gt", "gte"), some=("lt", "lte")),
    "max": partial(_extreme, every=("lt", "lte"), some=("gt", "gte")),
    "distinct": _distinct,
}


# ── the other kinds ───────────────────────────────────────────────────────────


def first_rows(leaf: FirstEver, scene: Scene) -> pl.DataFrame:
    """The first EVENTS of the names over all history: several when at one instant."""
    ever = ranges.Bounds(None, scene.moment.at)
    events = scene.history.read_events(leaf.names, ever, paths_of(leaf.where))
    return events.filter(pl.col("at") == pl.col("at").min().over("user"))


def _first_ever(leaf: FirstEver, scene: Scene) -> Mask:
    """`where` is asked of the first event itself, not of the first that matches."""
    bounds = ranges.resolve(leaf.date_range, scene.moment.at, scene.moment.tz)
    start = to_micros(bounds.start or ranges.BEGINNING)
    is_inside = pl.col("at").is_between(start, to_micros(bounds.end), closed="left")
    inside = first_rows(leaf, scene).filter(is_inside)
    return _mask(scene, matching(inside, leaf.where, scene.moment).get_column("user"))


def active_rows(leaf: ActivePeriods, scene: Scene) -> pl.DataFrame:
    """The matching EVENTS of all periods, with their `period`: 1 is the oldest."""
    moment = scene.moment
    periods = ranges.active_periods(leaf.active, moment.at, moment.tz)[::-1]
    bounds = ranges.Bounds(periods[0].start, periods[-1].end)
    events = scene.history.read_events(leaf.names, bounds, paths_of(leaf.where))
    rows = matching(events, leaf.where, moment)
    starts = pl.Series([to_micros(one.start or ranges.BEGINNING) for one in periods])
    period = starts.search_sorted(rows.get_column("at"), side="right")
    return rows.with_columns(period=period)


def _active_periods(leaf: ActivePeriods, scene: Scene) -> Mask:
    active = leaf.active
    rows = active_rows(leaf, scene)
    counts = rows.group_by("user", "period").agg(number=pl.len())
    counts = counts.with_columns(
        holds=compare_counts(counts.get_column("number"), active.count)
    )
    empty_holds = holds_for_zero(active.count)
    # Periods without an event hold the count 0.
    empty = active.of - pl.len().cast(pl.Int64) if empty_holds else pl.lit(0)
    numbers = counts.group_by("user").agg(
        number=pl.col("holds").sum().cast(pl.Int64) + empty
    )
    answers = compare_counts(numbers.get_column("number"), active.periods)
    nothing = Decimal(active.of if empty_holds else 0)
    return _spread(
        scene,
        numbers.get_column("user"),
        answers,
        others=holds_for(nothing, active.periods),
    )


def _attribute(leaf: AttributeTest, scene: Scene) -> Mask:
    found = scene.history.read_attribute(leaf.attribute, scene.moment.at)
    values = property_values(found, leaf.attribute)
    holds = satisfies(leaf.predicate, values, scene.moment)
    others = holds_when_missing(leaf.predicate)
    return _spread(scene, found.get_column("user"), holds, others=others)
