"""Polars: one lazy query a segment on Parquet in the order of event, user and time.

The event is an integer, so the statistics of the row groups leave out the others.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any, assert_never

import polars as pl

from headcount.definitions.model import Aggregate, Comparison, Predicate
from headcount.rules.compile import (
    AT_LEAST_ONCE,
    ActivePeriods,
    AttributeTest,
    Either,
    Every,
    FirstEver,
    Known,
    Leaf,
    Measured,
    MemberOf,
    Negation,
    Node,
    Ordered,
    Plan,
    Where,
)
from tests.benchmarks.database import connected, run
from tests.benchmarks.generator import Columns
from tests.benchmarks.peers.base import (
    COMPARE,
    DAY_US,
    NotExpressibleError,
    Scene,
    column_of,
    exact_length,
    holds_for_zero,
    holds_without_events,
    operators_of,
    scaled,
)


class Polars:
    """Parquet files, in the page cache after a first round."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._names = names
        self._folder = folder
        self._users = pl.read_parquet(folder / "users.parquet")

    @classmethod
    def load(cls, folder: Path, columns: Columns) -> None:
        """The events are one sorted file; the users another."""
        _write_events(columns, folder / "events-0.parquet")
        pl.read_parquet(columns.users).write_parquet(folder / "users.parquet")

    def add(self, columns: Columns) -> None:
        """The arrival is a sorted file of its own."""
        number = len([*self._folder.glob("events-*.parquet")])
        _write_events(columns, self._folder / f"events-{number}.parquet")
        self._users = pl.read_parquet(columns.users)
        self._names = columns.read_names()

    def translate(self, plan: Plan, at: datetime) -> pl.LazyFrame:
        """The query, not planned yet."""
        scene = Scene(at, self._names)
        return _translated(self._folder, plan, scene, self._users.lazy())

    @classmethod
    def write(cls, folder: Path, plan: Plan, scene: Scene) -> str:
        """The query as Polars serialises it; the users are read from their file."""
        users = pl.scan_parquet(folder / "users.parquet")
        query = _translated(folder, plan, scene, users)
        return b64encode(query.serialize()).decode()

    def members(self, query: pl.LazyFrame) -> pl.Series:
        """What the query answers, as one column."""
        return query.collect().to_series()


def _translated(
    folder: Path, plan: Plan, scene: Scene, users: pl.LazyFrame
) -> pl.LazyFrame:
    events = pl.scan_parquet(sorted(folder.glob("events-*.parquet")))
    known = users.filter(pl.col("known_from") < scene.now)
    return _Translation(scene, events, known).members(plan)


def _write_events(columns: Columns, path: Path) -> None:
    """DuckDB sorts what does not fit in memory."""
    files = str(columns.events / "*.parquet")
    with connected(temp_directory=str(path.with_suffix(".spilled"))) as con:
        run(con, "polars/write_events", files=files, path=str(path))


@dataclass(frozen=True, slots=True)
class Users:
    """The users of a frame, maybe more than once; with `others` all known but those."""

    frame: pl.LazyFrame
    others: bool = False


@dataclass(frozen=True, slots=True)
class _Translation:
    scene: Scene
    events: pl.LazyFrame
    known: pl.LazyFrame

    def members(self, plan: Plan) -> pl.LazyFrame:
        users = self.node(plan.root)
        how = "anti" if users.others else "semi"
        return self.known.select("user").join(users.frame, on="user", how=how)

    def node(self, node: Node) -> Users:
        match node:
            case Every(nodes=nodes):
                return _all_of([self.node(one) for one in nodes])
            case Either(nodes=nodes):
                return _negated(_all_of([_negated(self.node(one)) for one in nodes]))
            case Negation(node=inner):
                return _negated(self.node(inner))
            case _:
                return self.leaf(node)

    def leaf(self, leaf: Leaf) -> Users:
        match leaf:
            case Measured():
                return self.measured(leaf)
            case FirstEver():
                return self.first_ever(leaf)
            case ActivePeriods():
                return self.active_periods(leaf)
            case Ordered():
                return self.ordered(leaf)
            case AttributeTest():
                holds = self.predicate(leaf.attribute, leaf.predicate)
                return Users(self.known.filter(holds).select("user"))
            case Known():
                return Users(self.known.select("user"))
            case MemberOf():
                raise NotExpressibleError(leaf)
            case _:
                assert_never(leaf)

    # ── events ────────────────────────────────────────────────────────────────

    def rows(
        self, names: tuple[str, ...], bounds: tuple[int | None, int], where: Where
    ) -> pl.LazyFrame:
        """The events of these names inside half-open bounds that satisfy `where`."""
        return self.events.filter(*self.tests_of(names, bounds, where))

    def tests_of(
        self, names: tuple[str, ...], bounds: tuple[int | None, int], where: Where
    ) -> Iterator[pl.Expr]:
        start, end = bounds
        codes = self.scene.codes(names)
        if codes is not None:
            yield pl.col("event").is_in(codes)
        if start is not None:
            yield pl.col("at") >= start
        yield pl.col("at") < end
        for path, predicate in where:
            yield self.predicate(path, predicate)

    def measured(self, leaf: Measured) -> Users:
        rows = self.rows(leaf.names, self.scene.bounds(leaf.date_range), leaf.where)
        if leaf.count == AT_LEAST_ONCE and not (leaf.days or leaf.aggregates):
            return Users(rows.select("user"))
        holds = reduce(and_, self.measures(leaf))
        others = holds_without_events(leaf)
        return Users(_users(rows, ~holds if others else holds), others)

    def measures(self, leaf: Measured) -> Iterator[pl.Expr]:
        if leaf.count is not None:
            yield _compared(pl.len(), leaf.count)
        if leaf.days is not None:
            day = (pl.col("at") + self.scene.offset) // DAY_US
            yield _compared(day.n_unique(), leaf.days)
        for name, aggregate in leaf.aggregates:
            yield _aggregate(name, aggregate)

    def first_ever(self, leaf: FirstEver) -> Users:
        """`where` holds on the first event when the first that matches is as early."""
        start, end = self.scene.bounds(leaf.date_range)
        rows = self.rows(leaf.names, (None, self.scene.now), ())
        first = pl.col("at").min()
        holds = first < end
        if start is not None:
            holds &= first >= start
        if leaf.where:
            tests = [self.predicate(path, one) for path, one in leaf.where]
            holds &= first == pl.col("at").filter(reduce(and_, tests)).min()
        return Users(_users(rows, holds))

    def active_periods(self, leaf: ActivePeriods) -> Users:
        """Period i is so many lengths ago: counted back from the instant."""
        every, now = exact_length(leaf.active.every), self.scene.now
        if holds_for_zero(leaf.active.count):
            raise NotExpressibleError(leaf)
        rows = self.rows(leaf.names, (now - leaf.active.of * every, now), leaf.where)
        period = (now - 1 - pl.col("at")) // every
        busy = (
            rows.group_by("user", period=period)
            .agg(holds=_compared(pl.len(), leaf.active.count))
            .filter("holds")
        )
        holds = _compared(pl.len(), leaf.active.periods)
        others = holds_for_zero(leaf.active.periods)
        return Users(_users(busy, ~holds if others else holds), others)

    def ordered(self, leaf: Ordered) -> Users:
        """Two steps: the second's latest before, or the first's earliest, decides."""
        (names, where), (next_names, next_where) = self.steps(leaf)
        start, _ = bounds = self.scene.bounds(leaf.date_range)
        first = self.rows(names, bounds, where)
        second = self.rows(next_names, (start, self.scene.now), next_where)
        keys = ["user"] if leaf.same is None else ["user", column_of(leaf.same)]
        first, second = (rows.drop_nulls(keys) for rows in (first, second))
        if leaf.within is None:
            earliest = first.group_by(keys).agg(earliest=pl.col("at").min())
            latest = second.group_by(keys).agg(latest=pl.col("at").max())
            linked = earliest.join(latest, on=keys)
            in_order = linked.filter(pl.col("earliest") <= pl.col("latest"))
            return Users(in_order.select("user"))
        earlier = first.select(*keys, "at", earlier="at").sort("at")
        linked = (
            second.select(*keys, "at")
            .sort("at")
            .join_asof(earlier, on="at", by=keys, check_sortedness=False)
        )
        gap = pl.col("at") - pl.col("earlier")
        return Users(linked.filter(gap <= exact_length(leaf.within)).select("user"))

    def steps(self, leaf: Ordered) -> tuple[Any, Any]:
        """The two steps, which no event can serve both."""
        if len(leaf.steps) != 2:
            raise NotExpressibleError(leaf)
        one, other = (set(self.scene.codes(names) or ()) for names, _ in leaf.steps)
        if one & other or not one or not other:
            raise NotExpressibleError(leaf)
        return leaf.steps[0], leaf.steps[1]

    # ── predicates ────────────────────────────────────────────────────────────

    def predicate(self, name: str, predicate: Predicate) -> pl.Expr:
        """True, or false or null where it does not hold."""
        return reduce(and_, self.tests(name, predicate))

    def tests(self, name: str, predicate: Predicate) -> Iterator[pl.Expr]:
        column = pl.col(column_of(name))
        yield from _equalities(name, predicate)
        yield from _texts(column, predicate)
        for operator, bound in operators_of(predicate):
            yield COMPARE[operator](column, _number(scaled(name, bound)))
        if predicate.set_ is not None:
            yield column.is_not_null() if predicate.set_ else column.is_null()
        if predicate.before is not None:
            yield column < self.scene.instant(predicate.before)
        if predicate.after is not None:
            yield column > self.scene.instant(predicate.after)
        if predicate.within_last is not None:
            start = self.scene.before(predicate.within_last)
            yield (column >= start) & (column < self.scene.now)


def _equalities(name: str, predicate: Predicate) -> Iterator[pl.Expr]:
    fold = predicate.ignore_case
    column = pl.col(column_of(name))
    column = column.str.to_lowercase() if fold else column
    if predicate.is_ is not None:
        yield column == _literal(name, predicate.is_, fold=fold)
    if predicate.is_not is not None:
        same = column == _literal(name, predicate.is_not, fold=fold)
        yield column.is_null() | ~same
    if predicate.in_ is not None:
        yield column.is_in([_literal(name, one, fold=fold) for one in predicate.in_])
    if predicate.not_in is not None:
        several = [_literal(name, one, fold=fold) for one in predicate.not_in]
        yield column.is_null() | ~column.is_in(several)


def _texts(column: pl.Expr, predicate: Predicate) -> Iterator[pl.Expr]:
    fold: Callable[[str], str] = str
    if predicate.ignore_case:
        column, fold = column.str.to_lowercase(), str.lower
    if predicate.contains is not None:
        yield column.str.contains(fold(predicate.contains), literal=True)
    if predicate.not_contains is not None:
        found = column.str.contains(fold(predicate.not_contains), literal=True)
        yield column.is_null() | ~found
    if predicate.starts_with is not None:
        yield column.str.starts_with(fold(predicate.starts_with))
    if predicate.ends_with is not None:
        yield column.str.ends_with(fold(predicate.ends_with))
    if predicate.matches is not None:
        if predicate.ignore_case:
            raise NotExpressibleError(predicate)
        yield column.str.contains(predicate.matches)


def _literal(name: str, value: Any, *, fold: bool) -> Any:
    """A value as its column holds it."""
    match value:
        case bool():
            return value
        case Decimal():
            return _number(scaled(name, value))
        case _:
            return value.lower() if fold else value


def _all_of(parts: list[Users]) -> Users:
    """Who is in all of the sets."""
    inside = [part.frame for part in parts if not part.others]
    outside = [part.frame for part in parts if part.others]
    if not inside:
        return Users(pl.concat(outside), others=True)
    frame, *more = inside
    for one in more:
        frame = frame.join(one, on="user", how="semi")
    for one in outside:
        frame = frame.join(one, on="user", how="anti")
    return Users(frame)


def _negated(users: Users) -> Users:
    return Users(users.frame, not users.others)


def _users(rows: pl.LazyFrame, holds: pl.Expr) -> pl.LazyFrame:
    return rows.group_by("user").agg(holds=holds).filter("holds").select("user")


def _compared(measure: pl.Expr, comparison: Comparison) -> pl.Expr:
    return reduce(
        and_,
        (
            COMPARE[operator](measure, _number(bound))
            for operator, bound in operators_of(comparison)
        ),
    )


def _aggregate(name: str, aggregate: Aggregate) -> pl.Expr:
    """False where there are no numbers; means are compared as sums."""
    column = pl.col(column_of(aggregate.of))
    if name == "distinct":
        return _compared(column.drop_nulls().n_unique(), aggregate)
    wide, times = column.cast(pl.Int64), column.count() if name == "avg" else 1
    measure = getattr(wide, "sum" if name == "avg" else name)()
    return reduce(
        and_,
        (
            COMPARE[operator](measure, _number(scaled(aggregate.of, bound)) * times)
            for operator, bound in operators_of(aggregate)
        ),
        column.count() > 0,
    )


def _number(value: Decimal) -> int | float:
    """Quarters of small numbers are exact in either."""
    return int(value) if value == value.to_integral_value() else float(value)
