from __future__ import annotations

from pathlib import Path

import pytest

from headcount.evaluate.deletion import delete_segment
from headcount.evaluate.verification import MOST_NAMED, verify_memberships
from headcount.store.verification import Check
from tests.evaluate.world import World, event, utc

TICK = "2024-03-01T09:00"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ann buys, Bob looks; a segment of buyers, and one of who never bought."""
    world = World(tmp_path / "world")
    world.define("buyers", "- event: buy")
    world.define("others", "- not: {segment: buyers}")
    world.log(event("ann", "buy", "2024-02-01"), event("bob", "look", "2024-02-01"))
    world.tick(TICK)
    return world


def verify(world: World) -> Check:
    (check,) = verify_memberships(world.warehouse, world.settings.systems)
    return check


def test_a_tick_is_what_a_full_evaluation_says(world: World) -> None:
    assert verify(world) == Check("memberships")


def test_what_was_ingested_since_the_tick_is_no_difference(world: World) -> None:
    world.log(
        event("bob", "buy", "2024-02-02"),
        event("cid", "look", "2024-02-02"),
        event("dan", "buy", "2024-02-02"),
    )

    assert verify(world).count == 0
    assert world.warehouse.rows("history/last_position") == [(5,)]
    assert world.report("2024-03-01T09:15", "buyers").members == 3
    assert verify(world).count == 0


def test_segment_that_was_deleted_since_is_as_the_tick_saw_it(world: World) -> None:
    world.define("others", "- event: look")
    delete_segment(world.warehouse, "buyers", at=utc("2024-03-01T09:05"))

    assert verify(world).count == 0


def test_users_that_differ_are_named_both_ways(world: World) -> None:
    world.warehouse.con.execute(
        "UPDATE membership SET user_code = 1 - user_code WHERE segment_id = 'buyers'"
    )

    found = {(one.subject, one.found) for one in verify(world).differences}

    assert ("buyers, bob", "a member") in found
    assert ("buyers, ann", "no member") in found


def test_many_users_are_counted_and_some_are_named(world: World) -> None:
    names = [f"u{number:02}" for number in range(30)]
    world.log(*(event(name, "buy", "2024-02-02") for name in names))
    world.tick("2024-03-01T09:15")
    world.warehouse.con.execute("DELETE FROM membership WHERE segment_id = 'buyers'")

    subjects = [
        one.subject
        for one in verify(world).differences
        if one.subject.startswith("buyers")
    ]

    assert len(subjects) == MOST_NAMED + 1
    assert subjects[-1] == "buyers, 21 more users"


def test_a_tick_whose_rows_were_retracted_cannot_be_repeated(world: World) -> None:
    world.warehouse.con.execute(
        "INSERT INTO retractions VALUES (0, TIMESTAMPTZ '2024-03-02', 1, 0)"
    )

    check = verify(world)

    assert check.count == 0
    assert check.note == "rows retracted since their last tick: buyers, others"


def test_an_expired_segment_is_left_as_it_is(world: World) -> None:
    world.define("past", "- event: buy", evaluation_end="2024-02-15")
    world.tick("2024-03-01T09:15")
    world.warehouse.con.execute("DELETE FROM membership WHERE segment_id = 'past'")

    assert verify(world).count == 0
