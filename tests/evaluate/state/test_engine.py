"""State that is lost, damaged or of another tick is noticed, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.evaluate.world import World, attributes, event

RULES = """
  - event: buy
    count: {gte: 2}
    date_range: last 2 days
"""
SUMS = """
  - event: buy
    sum: {of: amount, gte: 10}
    date_range: last 2 days
"""


def state_of(world: World) -> Path:
    (folder,) = (world.warehouse.derived_folder / "state").iterdir()
    return folder


def lose(folder: Path) -> None:
    (folder / "state.json").unlink()


def cut(folder: Path) -> None:
    path = min(folder.glob("*.state"))
    path.write_bytes(path.read_bytes()[:-1])


def flip(folder: Path) -> None:
    for path in folder.glob("*.state"):
        content = bytearray(path.read_bytes())
        content[0] ^= 1
        path.write_bytes(bytes(content))


def garble(folder: Path) -> None:
    (folder / "state.json").write_text("{")


@pytest.mark.parametrize("damage", [lose, cut, flip, garble])
def test_damaged_state_is_noticed_and_counted_anew(
    world: World,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("ann", "buy", "2024-05-02"))
    world.log(event("bob", "buy", "2024-05-02T10:00"))
    world.define("twice", RULES)
    world.tick("2024-05-02T12:00")

    damage(state_of(world))
    report = world.report("2024-05-03T00:15", "twice")

    assert (report.mode, report.members, report.exited) == ("full", 0, 1)
    assert "counted anew" in caplog.text


def test_tick_after_a_tick_is_incremental(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("ann", "buy", "2024-05-02"))
    world.define("twice", RULES)

    modes = [
        world.report(at, "twice").mode
        for at in ("2024-05-02T12:00", "2024-05-02T12:15", "2024-05-02T12:15")
    ]

    assert modes == ["full", "incremental", "incremental"]


def test_state_in_which_nobody_has_a_number_is_whole(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.log(event("ann", "look", "2024-05-01"))
    world.define("twice", RULES)

    modes = [
        world.report(at, "twice").mode
        for at in ("2024-05-02T12:00", "2024-05-02T12:15")
    ]

    assert modes == ["full", "incremental"]
    assert "state" not in caplog.text


def test_edited_segment_is_found_in_full_and_others_move_on(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01", amount=4))
    world.define("twice", RULES)
    world.define("big", SUMS)
    world.tick("2024-05-01T12:00")

    world.define("big", SUMS.replace("10", "3"))
    big, twice = world.tick("2024-05-01T12:15").segments

    assert (big.mode, big.members, twice.mode) == ("full", 1, "incremental")


def test_sum_that_needs_more_places_is_counted_anew(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01", amount=4))
    world.define("big", SUMS)
    world.tick("2024-05-01T12:00")

    world.log(event("ann", "buy", "2024-05-01T12:10", amount=6.125))
    report = world.report("2024-05-01T12:15", "big")

    assert (report.mode, report.members) == ("full", 1)


def test_attribute_that_becomes_due_is_seen(world: World) -> None:
    world.log(attributes("ann", "2024-05-01", plan="trial"))
    world.log(attributes("ann", "2024-05-02T12:10", plan="paid"))
    world.define("paid", "  - {attribute: plan, is: paid}")
    world.tick("2024-05-02T12:00")

    report = world.report("2024-05-02T12:15", "paid")

    assert (report.mode, report.entered) == ("incremental", 1)


def test_event_that_becomes_due_is_seen_without_new_data(world: World) -> None:
    world.log(
        event("ann", "buy", "2024-05-01"), event("ann", "buy", "2024-05-02T12:05")
    )
    world.define("twice", RULES)
    world.tick("2024-05-02T12:00")

    report = world.report("2024-05-02T12:15", "twice")

    assert (report.mode, report.entered) == ("incremental", 1)


def test_period_whose_events_stop_matching_is_seen(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01", until="2024-05-01T12:00:00Z"))
    world.define(
        "lately",
        """
        - event: buy
          where: {until: {within_last: 1 day}}
          active: {periods: {gte: 1}, of: 1, every: 7 days, count: {gte: 1}}
        """,
    )

    before = world.report("2024-05-02T00:00", "lately")
    after = world.report("2024-05-02T12:15", "lately")

    assert (before.members, after.members, after.exited) == (1, 0, 1)
