"""The tick: atomic, repeatable, and one failing segment stops no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headcount.evaluate.tick import OlderTickError
from headcount.store import registry
from tests.evaluate.world import World, event, opened, utc

BOUGHT = "  - event: buy\n    date_range: last 2 days"


def test_members_enter_and_exit(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "buy", "2024-05-02"))
    world.define("buyers", BOUGHT)

    first = world.report("2024-05-02T12:00", "buyers")
    second = world.report("2024-05-03T12:00", "buyers")

    assert (first.members, first.entered, first.exited) == (2, 2, 0)
    assert (second.members, second.entered, second.exited) == (1, 0, 1)
    assert world.members("buyers", "2024-05-03T12:00") == {
        "bob": utc("2024-05-02T12:00")
    }
    assert world.members("buyers", "2024-05-03T11:59").keys() == {"ann", "bob"}


def test_same_tick_twice_changes_nothing(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)

    first = world.tick("2024-05-02")
    before = world.snapshot_files()
    second = world.tick("2024-05-02")

    assert [replace(one, mode="full") for one in second.segments] == list(
        first.segments
    )
    assert world.snapshot_files() == before


def test_stays_told_again_as_they_were_are_not_written(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "buy", "2024-05-02"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02T12:00")
    world.log(event("cid", "buy", "2024-05-02T14:00"))
    world.tick("2024-05-03T12:00")
    query = "SELECT rowid, * FROM membership ORDER BY rowid"
    before = world.warehouse.con.execute(query).fetchall()

    again = world.report("2024-05-03T12:00", "buyers")

    assert (again.members, again.entered, again.exited) == (2, 1, 1)
    assert world.warehouse.con.execute(query).fetchall() == before


def test_edit_at_the_same_tick_tells_its_entries_by_the_new_version(
    world: World,
) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("ann", "look", "2024-05-01"))
    world.define("active", BOUGHT)
    world.tick("2024-05-02")

    world.define("active", "  - event: look")
    world.tick("2024-05-02")

    query = "SELECT version FROM membership"
    assert world.warehouse.con.execute(query).fetchall() == [(2,)]


def test_newest_tick_is_told_again_after_new_input(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    world.log(event("bob", "buy", "2024-05-01T06:00:00"))
    again = world.report("2024-05-02", "buyers")

    assert (again.members, again.entered, again.exited) == (2, 2, 0)
    assert world.members("buyers", "2024-05-02").keys() == {"ann", "bob"}


def test_tick_told_again_takes_back_its_exits(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")
    world.tick("2024-05-04")

    world.log(event("ann", "buy", "2024-05-03"))
    again = world.report("2024-05-04", "buyers")

    assert (again.members, again.entered, again.exited) == (1, 0, 0)
    assert world.members("buyers", "2024-05-04") == {"ann": utc("2024-05-02")}


def test_older_tick_is_refused(world: World) -> None:
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    with pytest.raises(OlderTickError, match="newest evaluated tick"):
        world.tick("2024-05-01")


def test_ticks_between_are_not_needed(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "buy", "2024-05-20"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    skipped = world.report("2024-05-21", "buyers")

    assert (skipped.entered, skipped.exited) == (1, 1)


def test_event_dated_ahead_counts_when_due(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-03"), event("bob", "look", "2024-05-01"))
    world.define("buyers", BOUGHT)

    at_the_instant = world.report("2024-05-03", "buyers")
    after = world.report("2024-05-03T00:15", "buyers")

    assert (at_the_instant.members, after.members) == (0, 1)


def test_failing_segment_keeps_its_last_good_members(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)
    world.define("others", "  - not: {event: buy}")
    world.tick("2024-05-02")

    world.define("buyers", "  - evnt: buy")
    report = world.tick("2024-05-02T00:15")

    buyers, others = report.segments
    assert (buyers.status, buyers.members, buyers.mode) == ("Failed", 1, "kept")
    assert "segments/buyers.yaml:4" in (buyers.reason or "")
    assert (others.status, others.mode) == ("Active", "incremental")
    assert world.members("buyers", "2024-05-02T00:15").keys() == {"ann"}


def test_repaired_segment_counts_against_last_good_members(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-01T12:00")
    world.define("buyers", "  - evnt: buy")
    world.tick("2024-05-02")

    world.log(event("bob", "buy", "2024-05-02T06:00:00"))
    world.define("buyers", BOUGHT)
    repaired = world.report("2024-05-02T12:00", "buyers")

    assert (repaired.status, repaired.members, repaired.entered) == ("Active", 2, 1)
    assert repaired.version == 1


def test_membership_over_the_limit_fails_whole(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with opened(tmp_path_factory.mktemp("small") / "p", users=1) as world:
        world.log(event("ann", "buy", "2024-05-01"), event("bob", "buy", "2024-05-01"))
        world.define("buyers", BOUGHT)

        report = world.report("2024-05-02", "buyers")

        assert (report.status, report.members) == ("Failed", None)
        assert report.reason == "2 members, over the limit of 1 users a segment"
        assert world.members("buyers", "2024-05-02") == {}


def test_reference_sees_the_membership_of_the_same_instant(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "look", "2024-05-01"))
    world.define("a-others", "  - not: {segment: buyers}")
    world.define("buyers", BOUGHT)

    report = world.report("2024-05-02", "a-others")

    assert report.members == 1
    assert world.members("a-others", "2024-05-02").keys() == {"bob"}


def test_reference_to_failed_segment_sees_its_last_good_members(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("a-buyers-too", "  - segment: buyers")
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    world.define("buyers", "  - evnt: buy")
    report = world.report("2024-05-02T00:15", "a-buyers-too")

    assert (report.status, report.members) == ("Active", 1)


def test_reference_to_never_evaluated_segment_fails(world: World) -> None:
    world.define("imported", "", classic="true")
    world.define("wants", "  - segment: imported")

    report = world.report("2024-05-02", "wants")

    assert report.status == "Failed"
    assert "'imported'" in (report.reason or "")


def test_edit_gives_a_new_version_and_keeps_entries(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("ann", "look", "2024-05-01"))
    world.define("active", BOUGHT)
    world.tick("2024-05-02")

    world.define("active", "  - event: look\n    date_range: last 3 days")
    edited = world.report("2024-05-02T00:15", "active")

    assert (edited.version, edited.entered, edited.exited) == (2, 0, 0)
    assert world.members("active", "2024-05-02T00:15") == {"ann": utc("2024-05-02")}


def test_rename_is_no_new_version(world: World) -> None:
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    world.define("buyers", BOUGHT, name="Buyers", description="Bought lately")
    report = world.report("2024-05-02T00:15", "buyers")

    assert report.version == 1
    definition = registry.read_registered(world.warehouse)["buyers"].definition
    assert '"name":"Buyers"' in definition


def test_segment_without_a_file_goes_on_as_orphaned(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    (world.segments / "buyers.yaml").unlink()
    report = world.report("2024-05-03T00:15", "buyers")

    assert (report.status, report.exited) == ("Active", 1)
    assert registry.read_registered(world.warehouse)["buyers"].is_orphaned


def test_fixed_range_expires_at_exactly_its_end(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define(
        "may", "  - {event: buy, date_range: {from: 2024-05-01, to: 2024-05-02}}"
    )
    world.tick("2024-05-02")

    last = world.report("2024-05-03T00:15", "may")
    world.log(event("bob", "buy", "2024-05-01T01:00:00"))
    kept = world.report("2024-05-03T00:30", "may")

    assert (last.status, last.members) == ("Expired", 1)
    assert (kept.status, kept.mode, kept.members) == ("Expired", "kept", 1)
    found = registry.read_registered(world.warehouse)["may"]
    assert found.expired_at == found.last_evaluated_at == utc("2024-05-03")


def test_end_stands_still_for_later_events(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"), event("bob", "buy", "2024-05-04"))
    world.define("ended", "  - event: buy", evaluation_end="2024-05-02")

    report = world.report("2024-05-10", "ended")

    assert (report.status, report.members) == ("Expired", 1)
    assert world.members("ended", "2024-05-03") == {"ann": utc("2024-05-03")}


def test_edit_of_an_expired_segment_is_refused(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("ended", "  - event: buy", evaluation_end="2024-05-02")
    world.tick("2024-05-10")

    world.define("ended", "  - event: look", evaluation_end="2024-05-20")
    report = world.tick("2024-05-10T00:15")

    (segment,) = report.segments
    assert (segment.status, segment.version, segment.members) == ("Expired", 1, 1)
    assert "create" in str(report.faults[0]) or "new segment" in str(report.faults[0])


def test_expired_segment_may_be_renamed(world: World) -> None:
    world.define("ended", "  - event: buy", evaluation_end="2024-05-02")
    world.tick("2024-05-10")

    world.define("ended", "  - event: buy", evaluation_end="2024-05-02", name="Old")

    assert world.tick("2024-05-10T00:15").faults == ()


def test_run_records_version_position_and_bounds(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    ((position, version, bounds),) = world.warehouse.con.execute(
        "SELECT position, version, bounds FROM runs JOIN run_segments USING (run_id)"
    ).fetchall()

    assert version == 1
    assert position > 0
    assert '"start": "2024-04-30T00:00:00Z", "end": "2024-05-02T00:00:00Z"' in bounds


def test_system_taken_out_of_the_project_fails_its_segments(world: World) -> None:
    world.log(event("ann", "buy", "2024-05-01"))
    world.define("buyers", BOUGHT)
    world.tick("2024-05-02")

    (world.segments / "buyers.yaml").unlink()
    world.settings.systems.clear()
    report = world.report("2024-05-02T00:15", "buyers")

    assert (report.status, report.members) == ("Failed", 1)
    assert report.reason == "headcount.yaml has no system 'shop' any more"
