"""Who is asked again about sequences and distinct values, and from which events."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from tests.evaluate.told import did, told, utc
from tests.evaluate.world import SHOP, World, event

from headcount.definitions.model import Aggregate, Comparison
from headcount.definitions.times import AllTime, Duration
from headcount.evaluate.full import Evaluator
from headcount.evaluate.predicates import Moment
from headcount.evaluate.state.changes import Reach
from headcount.evaluate.state.room import Room
from headcount.evaluate.state.touched import (
    Direction,
    Question,
    direction_of,
    questions,
)
from headcount.rules.compile import FirstEver, Measured, Ordered
from headcount.rules.micros import to_micros
from headcount.store.columns.reader import Span
from headcount.store.history import History

Record = dict[str, Any]

LATELY = "last 3 days"
SOON = "6 hours"


def sequence(*names: str, **more: Any) -> dict[str, Any]:
    return {"sequence": [{"event": name} for name in names], **more}


def kinds(date_range: str = LATELY, **wanted: Any) -> dict[str, Any]:
    distinct = {"of": "v", **wanted}
    return {"event": "buy", "date_range": date_range, "distinct": distinct}


def test_event_in_the_middle_completes_the_steps() -> None:
    found = told(
        sequence("a", "b", "c", within=SOON, date_range=LATELY),
        (
            "2024-05-10T00:00",
            [did("a", "a", "2024-05-08T12:00"), did("a", "c", "2024-05-08T18:00")],
        ),
        ("2024-05-10T00:15", [did("a", "b", "2024-05-08T15:00")]),
    )

    assert found == ["", "a"]


@pytest.mark.parametrize("last", ["a", "b"])
def test_within_is_inclusive_to_the_microsecond(last: str) -> None:
    ends = {
        "a": ["2024-05-08T12:00:00", "2024-05-08T11:59:59.999999"],
        "b": ["2024-05-08T18:00:00", "2024-05-08T18:00:00.000001"],
    }
    (other,) = {"a", "b"} - {last}
    found = told(
        sequence("a", "b", within=SOON, date_range=LATELY),
        (
            "2024-05-10T00:00",
            [did("a", other, ends[other][0]), did("b", other, ends[other][0])],
        ),
        (
            "2024-05-10T00:15",
            [did("a", last, ends[last][0]), did("b", last, ends[last][1])],
        ),
    )

    assert found == ["", "a"]


def test_first_step_that_leaves_the_range_ends_it() -> None:
    found = told(
        sequence("a", "b", within=SOON, date_range="last 1 day"),
        (
            "2024-05-10T00:00",
            [
                did("a", "a", "2024-05-09T00:05"),
                did("a", "b", "2024-05-09T01:00"),
                did("b", "a", "2024-05-09T00:05"),
                did("b", "a", "2024-05-09T00:45"),
                did("b", "b", "2024-05-09T01:00"),
            ],
        ),
        ("2024-05-10T00:15", []),
        ("2024-05-10T12:00", []),
    )

    assert found == ["ab", "b", ""]


def test_one_event_leaves_and_another_comes() -> None:
    first = ["2024-05-09T00:05", "2024-05-09T20:00"]
    found = told(
        sequence("a", "b", within=SOON, date_range="last 1 day"),
        (
            "2024-05-10T00:00",
            [did("a", "a", first[0]), did("a", "b", first[0])],
        ),
        ("2024-05-10T00:15", [did("a", "a", first[1]), did("a", "b", first[1])]),
        ("2024-05-10T00:30", [did("a", "b", "2024-05-10T00:20")]),
    )

    assert found == ["a", "a", "a"]


def test_later_step_comes_after_the_range_has_ended() -> None:
    found = told(
        sequence("a", "b", within="2 days", date_range="yesterday"),
        ("2024-05-10T12:00", [did("a", "a", "2024-05-09T12:00")]),
        ("2024-05-10T12:15", [did("a", "b", "2024-05-10T12:05")]),
        ("2024-05-11T00:15", []),
    )

    assert found == ["", "a", ""]


def test_event_dated_ahead_is_a_step_when_due() -> None:
    found = told(
        sequence("a", "b", within=SOON),
        (
            "2024-05-10T00:00",
            [did("a", "a", "2024-05-09T23:00"), did("a", "b", "2024-05-10T00:20")],
        ),
        ("2024-05-10T00:15", []),
        ("2024-05-10T00:30", []),
    )

    assert found == ["", "", "a"]


@pytest.mark.parametrize("within", ["1 month", "6 hours", None])
def test_late_events_on_many_days(within: str | None) -> None:
    days = [f"2024-05-{day:02}" for day in range(1, 10)]
    more = {} if within is None else {"within": within}
    found = told(
        sequence("a", "b", **more),
        ("2024-05-10T00:00", [did("a", "a", day) for day in days[::2]]),
        (
            "2024-05-10T00:15",
            [
                *(did("b", "a", day) for day in days),
                *(did("a", "c", day) for day in days),
            ],
        ),
        ("2024-05-10T00:30", [did("a", "b", day) for day in days[1::2]]),
        ("2024-05-17T07:00", [did("b", "b", f"{day}T03:00") for day in days]),
    )

    assert found == [
        "",
        "",
        "" if within == SOON else "a",
        "b" if within == SOON else "ab",
    ]


def test_linked_steps_and_events_that_serve_twice() -> None:
    found = told(
        sequence("a", "*", "a", within=SOON, same="v", date_range=LATELY),
        (
            "2024-05-10T00:00",
            [
                did("a", "a", "2024-05-09T20:00", v=1),
                did("a", "a", "2024-05-09T21:00", v=2),
            ],
        ),
        ("2024-05-10T00:15", [did("a", "a", "2024-05-09T21:00", v=1)]),
        ("2024-05-10T00:30", [did("a", "b", "2024-05-09T21:00", v=1)]),
    )

    assert found == ["", "", "a"]


def test_distinct_values_at_least_and_fewer_than() -> None:
    arrivals = (
        (
            "2024-05-10T00:00",
            [
                did("a", "buy", "2024-05-07T00:05", v=1),
                did("a", "buy", "2024-05-09", v=2),
                did("b", "buy", "2024-05-09", v=1),
            ],
        ),
        (
            "2024-05-10T00:15",
            [did("b", "buy", "2024-05-09", v=2), did("c", "look", "2024-05-09")],
        ),
        ("2024-05-10T00:30", [did("a", "buy", "2024-05-08", v=1)]),
    )

    assert told(kinds(gte=2), *arrivals) == ["a", "b", "ab"]
    assert told(kinds(lt=2), *arrivals) == ["b", "ac", "c"]
    assert told(kinds(ne=1), *arrivals) == ["a", "bc", "abc"]


BEFORE, NOW = "2024-05-10T00:00", "2024-05-10T00:15"
HOUR_US = 3_600_000_000


def asked(
    world: World, known: list[Record], came: list[Record], *, within: Duration | None
) -> list[Question]:
    """What is asked about `a, b`, which holds for the first user alone."""
    world.log(*known)
    position = History(world.warehouse, SHOP).columns.position
    world.log(*came)
    leaf = Ordered(((("a",), ()), (("b",), ())), AllTime(), within, None)
    before, now = (Moment(utc(at), ZoneInfo("UTC")) for at in (BEFORE, NOW))
    history = History(world.warehouse, SHOP)
    scene = Evaluator(history, now, lambda _: pl.Series(dtype=pl.UInt32)).scene
    standing = Room(world.folder, 1024, 0).truth()
    standing.fill(np.array([True]))
    found = questions(leaf, Reach(scene, before, position), standing)
    assert found is not None
    return [one for one in found if len(one.crowd)]


def test_those_for_whom_it_holds_are_asked_only_when_something_went(
    world: World,
) -> None:
    known = [event(user, "a", "2024-05-09") for user in ("ann", "bob", "cid")]
    came = [event(user, "b", "2024-05-09T12:00") for user in ("ann", "bob")]

    found = asked(world, known, came, within=None)

    assert [(one.crowd.codes.tolist(), one.near) for one in found] == [([1], None)]


def around(at: str) -> Span:
    instant = to_micros(utc(at))
    return Span(instant - HOUR_US, instant + HOUR_US + 1)


def test_those_to_whom_something_came_are_asked_near_it(world: World) -> None:
    known = [event(user, "a", "2024-05-09") for user in ("ann", "bob", "cid")]
    late, lately = "2024-05-02T12:00", "2024-05-10T00:10"
    came = [event("bob", "b", late), event("bob", "b", lately), event("cid", "b", late)]

    found = asked(world, known, came, within=Duration(1, "hour"))

    assert [(one.crowd.codes.tolist(), one.near) for one in found] == [
        ([1, 2], around(late)),
        ([1], around(lately)),
    ]


TWO, LESS = Comparison(gte=2), Comparison(lte=2)


def distinct(**wanted: Any) -> tuple[str, Aggregate]:
    return "distinct", Aggregate.model_validate({"of": "v", **wanted})


@pytest.mark.parametrize(
    ("count", "days", "aggregates", "expected"),
    [
        (TWO, None, (), "grows"),
        (TWO, TWO, (distinct(gt=1),), "grows"),
        (None, LESS, (distinct(lt=1),), "shrinks"),
        (TWO, None, (distinct(lt=1),), "either"),
        (None, None, (distinct(gte=1, lt=4),), "either"),
        (None, None, (distinct(between=[1, 4]),), "either"),
        (None, None, (distinct(eq=1),), "either"),
        (TWO, None, (("sum", distinct(gte=1)[1]),), "either"),
    ],
)
def test_direction(
    count: Comparison | None,
    days: Comparison | None,
    aggregates: tuple[tuple[str, Aggregate], ...],
    expected: Direction,
) -> None:
    leaf = Measured(("a",), (), AllTime(), count, days, aggregates)

    assert direction_of(leaf) == expected


def test_first_event_has_no_direction() -> None:
    assert direction_of(FirstEver(("a",), (), AllTime())) == "either"
