"""Why: every node true or false, with the events or the attribute that decided it."""

from __future__ import annotations

import pytest

from headcount.errors import UnknownUserError
from tests.evaluate.world import World, attributes, event, utc


def test_count_that_fell_short_says_how_many_and_which(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01", item="pen"))
    world.define("keen", "  - event: buy\n    count: {gte: 2}")
    world.tick("2024-05-02")

    found = world.why("keen", "ann", "2024-05-02").to_json()

    (node,) = found["rules"]
    assert (found["holds"], found["member"], node["holds"]) == (False, False, False)
    assert node["evidence"]["count"] == 1
    (shown,) = node["evidence"]["events"]
    assert (shown["event"], shown["at"]) == ("buy", "2024-05-01T00:00:00Z")
    assert shown["properties"] == {"item": "pen"}


def test_bounds_of_the_range_are_shown(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("keen", "  - event: buy\n    date_range: last 2 days")
    world.tick("2024-05-02")

    (node,) = world.why("keen", "ann", "2024-05-02").to_json()["rules"]

    bounds = {"start": "2024-04-30T00:00:00Z", "end": "2024-05-02T00:00:00Z"}
    assert node["evidence"]["range"] == bounds


def test_attribute_shows_value_and_time(world: World) -> None:
    world.log(attributes("ann", "2024-05-01", plan="trial"))
    world.log(attributes("ann", "2024-04-01", plan="paid"))
    world.define("trials", "  - {attribute: plan, is: trial}")
    world.tick("2024-05-02")

    (node,) = world.why("trials", "ann", "2024-05-02").to_json()["rules"]

    assert node["holds"]
    assert node["evidence"] == {"value": "trial", "at": "2024-05-01T00:00:00Z"}


def test_groups_are_shown_with_their_rules(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("odd", "  - not: {any: [{event: buy}, {event: look}]}")
    world.tick("2024-05-02")

    (negation,) = world.why("odd", "ann", "2024-05-02").tree.rules
    (either,) = negation.rules

    assert (negation.holds, either.holds) == (False, True)
    assert [node.holds for node in either.rules] == [True, False]


def test_sequence_shows_how_far_it_came(world: World) -> None:
    world.log(event("ann", "a", "2024-05-01"), event("ann", "c", "2024-05-03"))
    world.define("abc", "  - sequence: [{event: a}, {event: b}, {event: c}]")
    world.tick("2024-05-04")

    (node,) = world.why("abc", "ann", "2024-05-04").tree.rules

    assert node.evidence["steps_reached"] == 1
    assert [step["count"] for step in node.evidence["steps"]] == [1, 0, 1]


def test_member_shows_since_when_and_version(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", "  - event: buy")
    world.tick("2024-05-02")
    world.define("buyers", "  - event: buy\n    count: {gte: 1, lt: 9}")
    world.tick("2024-05-03")

    past = world.why("buyers", "ann", "2024-05-02T12:00")
    now = world.why("buyers", "ann", "2024-05-03")

    assert (past.version, now.version) == (1, 2)
    assert past.entered_at == now.entered_at == utc("2024-05-02")


def test_expired_segment_is_explained_at_the_instant_that_froze_it(
    world: World,
) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "buy", "2024-05-05"))
    world.define("ended", "  - event: buy", evaluation_end="2024-05-02")
    world.tick("2024-05-10")

    found = world.why("ended", "bob", "2024-05-10")

    assert found.at == utc("2024-05-03")
    assert not found.tree.holds


def test_unknown_user_is_named(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", "  - event: buy")
    world.tick("2024-05-02")

    with pytest.raises(UnknownUserError, match="'Ann'"):
        world.why("buyers", "Ann", "2024-05-02")


def test_aggregates_are_shown_in_exact_decimals(world: World) -> None:
    world.log(
        event("ann", "buy", "2024-05-01", amount=0.1),
        event("ann", "buy", "2024-05-01", amount="0.2"),
        event("ann", "buy", "2024-05-01", amount="cheap"),
    )
    world.define("spenders", "  - event: buy\n    sum: {of: amount, eq: 0.3}")
    world.tick("2024-05-02")

    (node,) = world.why("spenders", "ann", "2024-05-02").tree.rules

    assert node.holds
    assert node.evidence["sum of amount"] == "0.3"
