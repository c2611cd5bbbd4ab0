"""Preview: the exact size of a definition and of each of its conditions."""

from __future__ import annotations

from headcount.evaluate.preview import preview
from tests.evaluate.world import World, event, utc


def test_sizes_are_exact_whole_and_by_condition(world: World) -> None:
    world.log(
        event("ann", "buy", "2024-05-01"),
        event("bob", "buy", "2024-05-01"),
        event("bob", "refund", "2024-05-01"),
        event("cy", "look", "2024-05-01"),
    )
    world.define("kept", "  - event: buy\n  - not: {event: refund}")
    (loaded,) = world.load().definitions

    found = preview(
        world.warehouse,
        loaded.definition,
        world.settings.systems,
        at=utc("2024-05-02"),
    )

    assert found.members == 1
    assert [one.members for one in found.conditions] == [2, 1]
    assert found.sample == ("ann",)


def test_preview_sees_finished_memberships(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", "  - event: buy")
    world.tick("2024-05-02")
    world.define("too", "  - segment: buyers")
    loaded = {one.definition.id: one.definition for one in world.load().definitions}

    found = preview(
        world.warehouse, loaded["too"], world.settings.systems, at=utc("2024-05-03")
    )

    assert found.members == 1
