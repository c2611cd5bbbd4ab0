"""Ticks of the past: filled, told again, and nothing newer moves."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from headcount.definitions.model import Definition
from headcount.evaluate.classic import import_members
from headcount.evaluate.deletion import delete_segment
from headcount.evaluate.verification import verify_memberships
from headcount.store import catalog, registry
from headcount.store.retention import require_snapshot
from headcount.store.snapshots import latest_snapshot
from headcount.store.verification import verify_books, verify_snapshots
from tests.evaluate.dying import DyingWarehouse, KilledError
from tests.evaluate.world import World, event, opened, utc

BOUGHT = "  - event: buy\n    date_range: last 2 days"
NEVER = "  - not: {event: buy}"


@pytest.fixture
def shop(world: World) -> World:
    """Ann bought at noon of the 1st, Bob of the 2nd; told at noon of the 3rd first."""
    world.log(
        event("ann", "buy", "2024-05-01T12:00:00"),
        event("bob", "buy", "2024-05-02T12:00:00"),
    )
    world.define("buyers", BOUGHT)
    world.tick("2024-05-03T12:30")
    return world


def sizes(world: World, segment_id: str = "buyers") -> dict[str, tuple[int, int, int]]:
    """Members, entered and exited of each told tick, by its day and time."""
    return {
        f"{one.at:%dT%H:%M}": (one.members, one.entered, one.exited)
        for one in catalog.read_sizes(world.warehouse, segment_id, until=None)
    }


def faults(world: World) -> list[Any]:
    """What `verify` finds in the books, the snapshots and the memberships."""
    checks = [
        *verify_books(world.warehouse),
        *verify_snapshots(world.warehouse, world.snapshots),
        *verify_memberships(world.warehouse, world.settings.systems),
    ]
    return [one for one in checks if one.count]


def test_ticks_before_the_first_are_filled(shop: World) -> None:
    told = shop.backfill("2024-05-03T12:00", "2024-05-03T12:30")

    assert [f"{one.at:%H:%M}" for one in told] == ["12:00", "12:15"]
    assert sizes(shop) == {
        "03T12:00": (2, 2, 0),
        "03T12:15": (1, 0, 1),
        "03T12:30": (1, 1, 0),  # as it was told
    }
    filled, stayed = (
        shop.members("buyers", f"2024-05-03T12:{minute}") for minute in (15, 30)
    )
    assert filled == {"bob": utc("2024-05-03T12:00")}
    assert stayed == {"bob": utc("2024-05-03T12:30")}
    assert faults(shop) == []


def test_later_ticks_of_a_span_move_on_from_the_one_before(shop: World) -> None:
    told = shop.backfill("2024-05-03T11:45", "2024-05-03T12:30")
    after = shop.report("2024-05-03T12:45", "buyers")

    assert [one.segments[0].mode for one in told] == ["full", *["incremental"] * 2]
    assert after.mode == "incremental"


def test_filling_again_tells_nothing(shop: World) -> None:
    shop.backfill("2024-05-03T12:00", "2024-05-03T12:30")
    before = sizes(shop), shop.snapshot_files()
    shop.log(event("cy", "buy", "2024-05-03"))

    assert shop.backfill("2024-05-03T12:00", "2024-05-03T12:30") == []
    assert (sizes(shop), shop.snapshot_files()) == before


def test_filling_goes_on_where_it_was_stopped(shop: World) -> None:
    shop.backfill("2024-05-03T11:00", "2024-05-03T11:15")

    told = shop.backfill("2024-05-03T11:00", "2024-05-03T12:30")

    assert [f"{one.at:%H:%M}" for one in told] == ["11:30", "11:45", "12:00", "12:15"]


def test_skipped_tick_is_told_by_a_restatement_only(shop: World) -> None:
    shop.tick("2024-05-03T13:00")

    assert shop.backfill("2024-05-03T12:45", "2024-05-03T12:45") == []
    (told,) = shop.backfill("2024-05-03T12:45", "2024-05-03T12:45", restate=True)

    assert told.segments[0].members == 1
    assert faults(shop) == []


def test_restated_span_knows_what_came_late_and_newer_ticks_stay(shop: World) -> None:
    shop.tick("2024-05-03T12:45")
    shop.tick("2024-05-03T13:00")
    newest = shop.members("buyers", "2024-05-03T13:00")
    shop.log(event("cy", "buy", "2024-05-03"))

    shop.backfill("2024-05-03T12:30", "2024-05-03T12:45", restate=True)

    assert shop.members("buyers", "2024-05-03T12:45").keys() == {"bob", "cy"}
    assert shop.members("buyers", "2024-05-03T13:00") == newest
    assert sizes(shop) == {
        "03T12:30": (2, 2, 0),
        "03T12:45": (2, 0, 0),
        "03T13:00": (1, 0, 0),
    }
    assert faults(shop) == []


def test_who_was_no_member_then_keeps_the_entry_that_is_shown(world: World) -> None:
    world.log(event("ann", "look", "2024-05-01"))
    world.define("idle", NEVER)
    for at in ("2024-05-02T00:00", "2024-05-02T00:15", "2024-05-02T00:30"):
        world.tick(at)
    before = world.snapshot_files()
    world.log(event("ann", "buy", "2024-05-01T12:00:00"))

    world.backfill("2024-05-02T00:15", "2024-05-02T00:15", restate=True)

    assert world.members("idle", "2024-05-02T00:15") == {}
    assert world.members("idle", "2024-05-02T00:30") == {"ann": utc("2024-05-02")}
    assert before.items() <= (world.snapshot_files() | manifests(before)).items()
    # The newest tick differs from the rules, as it was told before the purchase.
    assert world.tick("2024-05-02T00:30").segments[0].members == 0
    assert faults(world) == []


def manifests(files: dict[str, bytes]) -> dict[str, bytes]:
    """The manifests of these files: they name every snapshot that there is."""
    return {name: text for name, text in files.items() if name.endswith(".json")}


def test_restating_twice_gives_the_same_bytes(shop: World) -> None:
    shop.tick("2024-05-03T12:45")
    shop.log(event("cy", "buy", "2024-05-03"))
    shop.backfill("2024-05-03T12:15", "2024-05-03T12:45", restate=True)
    before = sizes(shop), shop.snapshot_files(), stays(shop)

    shop.backfill("2024-05-03T12:15", "2024-05-03T12:45", restate=True)

    assert (sizes(shop), shop.snapshot_files(), stays(shop)) == before


def stays(world: World) -> set[Any]:
    return set(world.warehouse.con.execute("FROM membership").fetchall())


def test_newest_tick_of_a_restated_span_is_told_as_ever(shop: World) -> None:
    shop.log(event("cy", "buy", "2024-05-03"))

    (told,) = shop.backfill("2024-05-03T12:30", "2024-05-03T12:30", restate=True)

    assert told.segments[0].members == 2
    assert registry.read_registered(shop.warehouse)["buyers"].members == 2
    assert faults(shop) == []


def test_ticks_after_the_newest_are_told_as_ever(shop: World) -> None:
    shop.backfill("2024-05-03T12:15", "2024-05-03T13:00")

    buyers = registry.read_registered(shop.warehouse)["buyers"]
    assert buyers.last_evaluated_at == utc("2024-05-03T13:00")
    assert list(sizes(shop)) == [
        "03T12:15",
        "03T12:30",
        "03T12:45",
        "03T13:00",
    ]


def test_new_segment_has_a_past_before_its_first_tick(shop: World) -> None:
    shop.define("others", NEVER)

    told = shop.backfill("2024-05-02T00:00", "2024-05-02T00:15")
    others = registry.read_registered(shop.warehouse)["others"]
    shop.tick("2024-05-03T12:45")

    assert [[s.segment_id for s in one.segments] for one in told] == [
        ["buyers", "others"],
        ["buyers", "others"],
    ]
    assert (others.status, others.last_evaluated_at) == (
        "Active",
        utc("2024-05-02T00:15"),
    )
    assert sizes(shop, "others") == {
        "02T00:00": (0, 0, 0),
        "02T00:15": (0, 0, 0),
        "03T12:45": (0, 0, 0),
    }
    assert faults(shop) == []


def test_edit_decides_the_span_and_why_says_so(shop: World) -> None:
    shop.tick("2024-05-03T12:45")
    shop.define("buyers", "  - event: buy\n    date_range: last 3 days")

    shop.backfill("2024-05-03T12:30", "2024-05-03T12:30", restate=True)

    assert shop.members("buyers", "2024-05-03T12:30").keys() == {"ann", "bob"}
    assert shop.members("buyers", "2024-05-03T12:45").keys() == {"bob"}
    assert shop.why("buyers", "ann", "2024-05-03T12:30").version == 2
    assert shop.why("buyers", "ann", "2024-05-03T12:45").version == 1
    assert faults(shop) == []
    assert shop.report("2024-05-03T13:00", "buyers").version == 2
    assert faults(shop) == []


def test_segment_that_ended_stays_as_it_was(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("ended", "  - event: buy", evaluation_end="2024-05-01")
    world.tick("2024-05-02T00:30")
    world.log(event("bob", "buy", "2024-05-01"))

    told = world.backfill("2024-05-01T23:45", "2024-05-02T00:15", restate=True)

    assert [f"{one.at:%dT%H:%M}" for one in told] == ["01T23:45"]
    assert world.members("ended", "2024-05-01T23:45").keys() == {"ann", "bob"}
    assert world.members("ended", "2024-05-02T00:30").keys() == {"ann"}
    assert registry.read_registered(world.warehouse)["ended"].status == "Expired"
    assert faults(world) == []


def test_definition_that_ends_within_a_span_ends_there(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "look", "2024-05-01"))
    world.define("lookers", "  - event: look")
    world.tick("2024-05-03")
    world.define("ended", "  - event: buy", evaluation_end="2024-05-01")

    world.backfill("2024-05-01T23:45", "2024-05-02T00:30")

    ended = registry.read_registered(world.warehouse)["ended"]
    assert (ended.status, ended.expired_at) == ("Expired", utc("2024-05-02"))
    assert list(sizes(world, "ended")) == ["01T23:45", "02T00:00"]
    assert faults(world) == []


def test_reference_sees_what_is_told_of_the_same_instant(shop: World) -> None:
    shop.define("a-others", "  - not: {segment: buyers}")

    shop.backfill("2024-05-03T12:15", "2024-05-03T12:15")

    assert shop.members("a-others", "2024-05-03T12:15").keys() == {"ann"}


def test_reference_to_what_was_not_told_yet_fails_and_changes_nothing(
    world: World, tmp_path: Path
) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("imported", "", classic="true")
    (tmp_path / "list.csv").write_text("user_id\nann\n")
    import_members(
        world.warehouse,
        definition_of(world, "imported"),
        tmp_path / "list.csv",
        file="segments/imported.yaml",
        folder=world.snapshots,
        at=utc("2024-05-02"),
        now=utc("2024-05-02"),
    )
    world.define("wants", "  - segment: imported")
    world.tick("2024-05-02")

    told = world.backfill("2024-05-01T23:45", "2024-05-02", restate=True)

    failed, again = (one.segments[-1] for one in told)
    assert (failed.status, failed.members) == ("Failed", 1)
    assert "'imported'" in (failed.reason or "")
    assert again.members == 1
    wants = registry.read_registered(world.warehouse)["wants"]
    assert (wants.status, list(sizes(world, "wants"))) == ("Active", ["02T00:00"])
    assert faults(world) == []


def definition_of(world: World, segment_id: str) -> Definition:
    found = {one.definition.id: one.definition for one in world.load().definitions}
    return found[segment_id]


def test_deleted_segment_keeps_its_history(shop: World) -> None:
    (shop.segments / "buyers.yaml").unlink()
    delete_segment(shop.warehouse, "buyers", at=utc("2024-05-03T12:30"))
    before = stays(shop)

    assert shop.backfill("2024-05-03T12:00", "2024-05-03T12:30", restate=True) == []
    assert stays(shop) == before


def test_membership_over_the_limit_leaves_the_past_as_it_was(tmp_path: Path) -> None:
    with opened(tmp_path / "p", users=1) as world:
        world.log(event("ann", "buy", "2024-05-01"))
        world.define("buyers", BOUGHT)
        world.tick("2024-05-02T00:00")
        world.tick("2024-05-04T00:00")
        world.log(event("bob", "buy", "2024-05-01"))

        (told,) = world.backfill("2024-05-02T00:00", "2024-05-02T00:00", restate=True)

        assert told.segments[0].reason == (
            "2 members, over the limit of 1 users a segment"
        )
        assert world.members("buyers", "2024-05-02T00:00").keys() == {"ann"}
        assert registry.read_registered(world.warehouse)["buyers"].status == "Active"


def test_thinned_snapshot_of_a_newer_tick_is_written_as_it_was(shop: World) -> None:
    shop.tick("2024-05-03T12:45")
    shop.tick("2024-05-03T13:00")
    shop.log(event("cy", "buy", "2024-05-03"))
    shop.backfill("2024-05-03T12:30", "2024-05-03T12:30", restate=True)
    later = latest_snapshot(shop.warehouse, "buyers", at=utc("2024-05-03T12:45"))
    shop.warehouse.con.execute(
        "DELETE FROM snapshots AS s WHERE s.at = '2024-05-03T12:45:00Z'::TIMESTAMPTZ"
    )

    again = require_snapshot(
        shop.warehouse, shop.snapshots, "buyers", utc("2024-05-03T12:45")
    )

    assert again is not None
    assert later is not None
    assert (again.at, again.sha256) == (later.at, later.sha256)


@pytest.mark.parametrize("calls", range(3, 43, 8))
def test_killed_anywhere_it_is_told_or_not_and_then_whole(
    tmp_path: Path, calls: int
) -> None:
    with opened(tmp_path / "project") as world:
        world.warehouse.close()
        world.warehouse = DyingWarehouse.open(tmp_path / "store.duckdb")
        world.log(event("ann", "buy", "2024-05-01"))
        world.define("buyers", BOUGHT)
        world.define("others", NEVER)
        world.tick("2024-05-02T00:30")
        world.log(event("bob", "buy", "2024-05-01"), event("cy", "look", "2024-05-01"))
        world.define("new", "  - event: look")

        world.warehouse.calls_left = calls
        with suppress(KilledError):
            world.backfill("2024-05-02T00:00", "2024-05-02T00:15", restate=True)
        world.warehouse.close()
        world.warehouse = DyingWarehouse.open(tmp_path / "store.duckdb")
        world.backfill("2024-05-02T00:00", "2024-05-02T00:15", restate=True)

        for at in ("2024-05-02T00:00", "2024-05-02T00:15"):
            assert world.members("buyers", at) == dict.fromkeys(
                ("ann", "bob"), utc("2024-05-02")
            )
            assert world.members("others", at).keys() == {"cy"}
            assert world.members("new", at).keys() == {"cy"}
        assert world.members("buyers", "2024-05-02T00:30").keys() == {"ann"}
        assert faults(world) == []
