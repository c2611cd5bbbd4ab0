"""A plan as one SQL query, in the words that DuckDB and ClickHouse share.

Each leaf becomes the set of users for whom it holds, or of those for whom it does not
where it holds for users without events: both come out of the rows of one event name,
which lie together. A plan that looks at events alone begins with one of its sets; one
that looks at attributes, or holds for users without events, goes through the users. Of
the ways that were tried this mixture is the quickest in both engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

from headcount.definitions.model import Aggregate, Comparison, Predicate
from headcount.rules.compile import (
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
from tests.benchmarks.peers.base import (
    BOOLEANS,
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

SYMBOLS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "=", "ne": "<>"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes what SQL does not settle."""

    contains: str
    starts_with: str
    ends_with: str
    matches: str
    quotient: str
    escapes: Mapping[str, str]

    def text(self, value: str) -> str:
        """The value as a literal."""
        return "'" + value.translate(str.maketrans(dict(self.escapes))) + "'"


@dataclass(frozen=True, slots=True)
class Users:
    """Those a query names, maybe more than once; with `others` all but those."""

    query: str
    others: bool = False

    @property
    def test(self) -> str:
        """Whether a user is among them."""
        return f'"user" {"NOT IN" if self.others else "IN"} ({self.query})'


def translate(plan: Plan, scene: Scene, dialect: Dialect) -> str:
    """The query for the members of the plan."""
    translation = _Translation(scene, dialect)
    users = translation.users(plan.root)
    if users is not None and not users.others:
        return f'SELECT DISTINCT "user" FROM ({users.query}) AS found'
    holds = translation.test(plan.root)
    return f'SELECT "user" FROM users WHERE known_from < {scene.now} AND {holds}'


@dataclass(frozen=True, slots=True)
class _Translation:
    scene: Scene
    dialect: Dialect

    def test(self, node: Node) -> str:
        """The node as a condition on a row of users."""
        match node:
            case Every(nodes=nodes):
                return f"({' AND '.join(map(self.test, nodes))})"
            case Either(nodes=nodes):
                return f"({' OR '.join(map(self.test, nodes))})"
            case Negation(node=inner):
                return f"NOT {self.test(inner)}"
            case AttributeTest():
                return (
                    f"coalesce({self.predicate(node.attribute, node.predicate)}, false)"
                )
            case Known():
                return "true"
            case _:
                return self.leaf(node).test

    def users(self, node: Node) -> Users | None:
        """The node as a set that only events decide, None where others do too."""
        match node:
            case Every(nodes=nodes):
                parts = [self.users(one) for one in nodes]
                return None if None in parts else _all_of(filter(None, parts))
            case Either(nodes=nodes):
                none_of = Every(tuple(map(Negation, nodes)))
                return _negated(self.users(none_of))
            case Negation(node=inner):
                return _negated(self.users(inner))
            case AttributeTest() | Known():
                return None
            case _:
                return self.leaf(node)

    def leaf(self, leaf: Leaf) -> Users:
        """The users of a leaf that looks at events."""
        match leaf:
            case Measured():
                return self.measured(leaf)
            case FirstEver():
                return self.first_ever(leaf)
            case ActivePeriods():
                return self.active_periods(leaf)
            case Ordered():
                return self.ordered(leaf)
            case MemberOf() | AttributeTest() | Known():
                raise NotExpressibleError(leaf)
            case _:
                assert_never(leaf)

    # ── events ────────────────────────────────────────────────────────────────

    def rows(self, names: tuple[str, ...], bounds: tuple[int | None, int]) -> str:
        """The condition for the events of these names inside half-open bounds."""
        start, end = bounds
        parts = (
            [f'"at" < {end}']
            if start is None
            else [f'"at" >= {start} AND "at" < {end}']
        )
        codes = self.scene.codes(names)
        match codes:
            case None:
                pass
            case [code]:
                parts.insert(0, f"event = {code}")
            case []:
                parts.insert(0, "false")
            case _:
                parts.insert(0, f"event IN ({', '.join(map(str, codes))})")
        return " AND ".join(parts)

    def where(self, where: Where) -> str:
        return " AND ".join(self.predicate(path, one) for path, one in where) or "true"

    def measured(self, leaf: Measured) -> Users:
        bounds = self.scene.bounds(leaf.date_range)
        rows = f"{self.rows(leaf.names, bounds)} AND {self.where(leaf.where)}"
        holds = " AND ".join(self.measures(leaf))
        if holds_without_events(leaf):
            return Users(_grouped(rows, f"NOT ({holds})"), others=True)
        if holds == "count(*) >= 1":
            return Users(f'SELECT "user" FROM events WHERE {rows}')
        return Users(_grouped(rows, holds))

    def measures(self, leaf: Measured) -> Iterator[str]:
        if leaf.count is not None:
            yield _compared("count(*)", leaf.count)
        if leaf.days is not None:
            local = f'"at" + {self.scene.offset}'
            day = self.dialect.quotient.format(local, DAY_US)
            yield _compared(f"count(DISTINCT {day})", leaf.days)
        for name, aggregate in leaf.aggregates:
            yield _aggregate(name, aggregate)

    def first_ever(self, leaf: FirstEver) -> Users:
        """`where` holds on the first event when the first that matches is as early."""
        start, end = self.scene.bounds(leaf.date_range)
        rows = self.rows(leaf.names, (None, self.scene.now))
        parts = [f'min("at") < {end}']
        if start is not None:
            parts.append(f'min("at") >= {start}')
        if leaf.where:
            matching = f"FILTER (WHERE {self.where(leaf.where)})"
            parts.append(f'min("at") = min("at") {matching}')
        return Users(_grouped(rows, " AND ".join(parts)))

    def active_periods(self, leaf: ActivePeriods) -> Users:
        """Period i is so many lengths ago: counted back from the instant."""
        every, now = exact_length(leaf.active.every), self.scene.now
        if holds_for_zero(leaf.active.count):
            raise NotExpressibleError(leaf)
        bounds = now - leaf.active.of * every, now
        rows = f"{self.rows(leaf.names, bounds)} AND {self.where(leaf.where)}"
        period = self.dialect.quotient.format(f'{now - 1} - "at"', every)
        busy = (
            f'SELECT "user", {period} AS period FROM events WHERE {rows} '
            f'GROUP BY "user", period HAVING {_compared("count(*)", leaf.active.count)}'
        )
        holds = _compared("count(*)", leaf.active.periods)
        others = holds_for_zero(leaf.active.periods)
        if others:
            holds = f"NOT ({holds})"
        query = f'SELECT "user" FROM ({busy}) AS busy GROUP BY "user" HAVING {holds}'
        return Users(query, others)

    def ordered(self, leaf: Ordered) -> Users:
        """Two steps: the second's latest before, or the first's earliest, decides."""
        (names, where), (next_names, next_where) = self.steps(leaf)
        start, _ = bounds = self.scene.bounds(leaf.date_range)
        link = [] if leaf.same is None else [column_of(leaf.same)]
        keys = ['"user"', *link]
        present = "".join(f" AND {column} IS NOT NULL" for column in link)
        first = f"{self.rows(names, bounds)} AND {self.where(where)}{present}"
        second = self.rows(next_names, (start, self.scene.now))
        second = f"{second} AND {self.where(next_where)}{present}"
        if leaf.within is None:
            return Users(_in_order(keys, first, second))
        return Users(_within(keys, first, second, exact_length(leaf.within)))

    def steps(self, leaf: Ordered) -> tuple[Any, Any]:
        """The two steps, which no event can serve both."""
        if len(leaf.steps) != 2:
            raise NotExpressibleError(leaf)
        one, other = (set(self.scene.codes(names) or ()) for names, _ in leaf.steps)
        if one & other or not one or not other:
            raise NotExpressibleError(leaf)
        return leaf.steps[0], leaf.steps[1]

    # ── predicates ────────────────────────────────────────────────────────────

    def predicate(self, name: str, predicate: Predicate) -> str:
        """True, or false or null where it does not hold."""
        tests = [*self.tests(name, predicate)]
        return f"({' AND '.join(tests)})"

    def tests(self, name: str, predicate: Predicate) -> Iterator[str]:
        column = column_of(name)
        yield from self.equalities(name, predicate)
        yield from self.texts(column, predicate)
        for operator, bound in operators_of(predicate):
            yield f"{column} {SYMBOLS[operator]} {_number(scaled(name, bound))}"
        if predicate.set_ is not None:
            yield f"{column} IS {'NOT ' if predicate.set_ else ''}NULL"
        yield from self.instants(column, predicate)

    def equalities(self, name: str, predicate: Predicate) -> Iterator[str]:
        column = column_of(name)
        read = self.literal
        if predicate.ignore_case:
            column = f"lower({column})"
        fold = predicate.ignore_case
        if predicate.is_ is not None:
            yield f"{column} = {read(name, predicate.is_, fold=fold)}"
        if predicate.is_not is not None:
            same = f"{column} <> {read(name, predicate.is_not, fold=fold)}"
            yield f"({column} IS NULL OR {same})"
        if predicate.in_ is not None:
            several = ", ".join(read(name, one, fold=fold) for one in predicate.in_)
            yield f"{column} IN ({several})"
        if predicate.not_in is not None:
            several = ", ".join(read(name, one, fold=fold) for one in predicate.not_in)
            yield f"({column} IS NULL OR {column} NOT IN ({several}))"

    def literal(self, name: str, value: Any, *, fold: bool) -> str:
        """A value as its column holds it."""
        match value:
            case bool() if name in BOOLEANS:
                return str(value).lower()
            case Decimal():
                return _number(scaled(name, value))
            case str():
                return self.dialect.text(value.lower() if fold else value)
            case _:
                raise NotExpressibleError(name, value)

    def texts(self, column: str, predicate: Predicate) -> Iterator[str]:
        fold = predicate.ignore_case
        if fold:
            column = f"lower({column})"

        def test(pattern: str, text: str) -> str:
            literal = self.dialect.text(text.lower() if fold else text)
            return pattern.format(column, literal)

        if predicate.contains is not None:
            yield test(self.dialect.contains, predicate.contains)
        if predicate.not_contains is not None:
            found = test(self.dialect.contains, predicate.not_contains)
            yield f"({column} IS NULL OR NOT {found})"
        if predicate.starts_with is not None:
            yield test(self.dialect.starts_with, predicate.starts_with)
        if predicate.ends_with is not None:
            yield test(self.dialect.ends_with, predicate.ends_with)
        if predicate.matches is not None:
            if fold:
                raise NotExpressibleError(predicate)
            yield test(self.dialect.matches, predicate.matches)

    def instants(self, column: str, predicate: Predicate) -> Iterator[str]:
        if predicate.before is not None:
            yield f"{column} < {self.scene.instant(predicate.before)}"
        if predicate.after is not None:
            yield f"{column} > {self.scene.instant(predicate.after)}"
        if predicate.within_last is not None:
            start = self.scene.before(predicate.within_last)
            yield f"{column} >= {start} AND {column} < {self.scene.now}"


def _all_of(parts: Iterable[Users]) -> Users:
    """Who is in all of the sets."""
    several = [*parts]
    inside = [part for part in several if not part.others]
    if not inside:
        queries = (f"({part.query})" for part in several)
        return Users(" UNION ALL ".join(queries), others=True)
    base, *more = inside
    tests = [part.test for part in [*more, *(one for one in several if one.others)]]
    if not tests:
        return base
    holds = " AND ".join(tests)
    return Users(f'SELECT DISTINCT "user" FROM ({base.query}) AS base WHERE {holds}')


def _negated(users: Users | None) -> Users | None:
    return None if users is None else Users(users.query, not users.others)


def _in_order(keys: list[str], first: str, second: str) -> str:
    """Users whose earliest row of `first` is not after their latest of `second`."""
    columns = ", ".join(keys)
    return (
        f'SELECT earlier."user" FROM (SELECT {columns}, min("at") AS earliest '
        f"FROM events WHERE {first} GROUP BY {columns}) AS earlier "
        f'INNER JOIN (SELECT {columns}, max("at") AS latest '
        f"FROM events WHERE {second} GROUP BY {columns}) AS later "
        f"ON {_equal(keys)} WHERE earlier.earliest <= later.latest"
    )


def _within(keys: list[str], first: str, second: str, length: int) -> str:
    """Users with a row of `second` so soon after their latest of `first` before it."""
    columns = ", ".join([*keys, '"at"'])
    return (
        f'SELECT later."user" FROM '
        f"(SELECT {columns} FROM events WHERE {second}) AS later ASOF JOIN "
        f"(SELECT {columns} FROM events WHERE {first}) AS earlier "
        f'ON {_equal(keys)} AND later."at" >= earlier."at" '
        f'WHERE later."at" - earlier."at" <= {length}'
    )


def _equal(keys: list[str]) -> str:
    return " AND ".join(f"later.{key} = earlier.{key}" for key in keys)


def _grouped(rows: str, holds: str) -> str:
    return f'SELECT "user" FROM events WHERE {rows} GROUP BY "user" HAVING {holds}'


def _compared(measure: str, comparison: Comparison) -> str:
    return " AND ".join(
        f"{measure} {SYMBOLS[operator]} {_number(bound)}"
        for operator, bound in operators_of(comparison)
    )


def _aggregate(name: str, aggregate: Aggregate) -> str:
    """Null, which does not hold, where there are no numbers.

    Means are compared as sums, so that nothing is rounded.
    """
    column = column_of(aggregate.of)
    if name == "distinct":
        return _compared(f"count(DISTINCT {column})", aggregate)
    measure, times = f"{name}({column})", ""
    if name == "avg":
        measure, times = f"sum({column})", f" * count({column})"
    return " AND ".join(
        f"{measure} {SYMBOLS[operator]} {_number(scaled(aggregate.of, bound))}{times}"
        for operator, bound in operators_of(aggregate)
    )


def _number(value: Decimal) -> str:
    """The shortest digits: an integer where it is one."""
    whole = value.to_integral_value()
    return str(int(whole)) if value == whole else format(value.normalize(), "f")
