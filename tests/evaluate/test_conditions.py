"""What each condition of a segment does to its size."""

from __future__ import annotations

import pytest

from headcount.evaluate.conditions import measure_conditions
from tests.evaluate.world import World, event

TICK = "2024-03-02"
BOTH = [("did `look`", 2, 0), ("did `buy`", 1, 1)]


def sizes(world: World) -> list[tuple[str, int, int]]:
    query = (
        "SELECT rule, users, kept_out FROM condition_sizes ORDER BY segment_id, place"
    )
    return world.warehouse.con.execute(query).fetchall()


def measure(world: World, *, only_new: bool = False) -> int:
    systems = world.settings.systems
    return measure_conditions(world.warehouse, systems, only_new=only_new)


@pytest.fixture
def logged(world: World) -> World:
    """Ann looked and bought, Bob looked, Eve did something else."""
    world.log(
        event("ann", "look", "2024-03-01"),
        event("ann", "buy", "2024-03-01"),
        event("bob", "look", "2024-03-01"),
        event("eve", "fly", "2024-03-01"),
    )
    return world


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ("- event: look\n- event: buy", [("did `look`", 2, 0), ("did `buy`", 1, 1)]),
        (
            "- all: [{event: look}, {event: buy}]",
            [("did `look`", 2, 0), ("did `buy`", 1, 1)],
        ),
        ("- not: {event: look}", [("never did `look`", 1, 2)]),
        ("- any: [{event: look}, {event: buy}]", [("did `look` or did `buy`", 2, 1)]),
    ],
    ids=["all", "nested", "not", "any"],
)
def test_condition_keeps_out_who_satisfies_all_others(
    rules: str, found: list[tuple[str, int, int]], logged: World
) -> None:
    logged.define("some", rules)
    logged.tick(TICK)

    assert measure(logged) == 1
    assert sizes(logged) == found


def test_rules_of_which_any_holds_are_one_condition(logged: World) -> None:
    logged.define("some", "- event: look\n- event: fly", match="any")
    logged.tick(TICK)

    measure(logged)

    assert [found[1:] for found in sizes(logged)] == [(3, 0)]


def test_what_was_measured_is_left_alone(logged: World) -> None:
    logged.define("some", "- event: look")
    logged.tick(TICK)

    assert [measure(logged), measure(logged)] == [1, 0]
    logged.tick("2024-03-03")
    assert measure(logged, only_new=True) == 0
    assert measure(logged) == 1
    assert len(sizes(logged)) == 2


def test_edited_segment_is_new_again(logged: World) -> None:
    logged.define("some", "- event: look")
    logged.tick(TICK)
    measure(logged)
    logged.define("some", "- event: buy")
    logged.tick("2024-03-03")

    assert measure(logged, only_new=True) == 1
    assert sizes(logged)[1] == ("did `buy`", 1, 2)


def test_segment_that_was_never_evaluated_is_left_alone(logged: World) -> None:
    logged.define("some", "- segment: other")

    assert measure(logged) == 0
