"""A push that waits, and a person who lets it go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.shop import BUYERS, NOW, TICK, Shop

from headcount import pipeline
from headcount.pipeline.approving import approve
from headcount.pipeline.planning import plan_edit
from headcount.pipeline.status import read_status
from headcount.standins.process import StandIn
from headcount.sync.holds import HoldMovedOnError

QUARTER = timedelta(minutes=15)
NOBODY = BUYERS.replace("buy}", "never}") + "destinations: [walkme]\n"


@pytest.fixture
def emptied(shop: Shop, walkme: StandIn) -> Shop:
    """A shop whose only segment is about to be emptied at its destination."""
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    shop.define("buyers", NOBODY)
    report = pipeline.run_tick(shop.project, at=TICK + QUARTER, now=NOW + QUARTER)
    assert report.push is not None
    assert report.push.is_held
    assert report.push.is_good
    return shop


def test_held_push_shows_in_status_and_nowhere_else(
    emptied: Shop, walkme: StandIn
) -> None:
    status = read_status(emptied.project, now=NOW + QUARTER)

    (waiting,) = status.held
    assert status.behind == ()
    assert (waiting.segment_id, waiting.snapshot_at) == ("buyers", TICK + QUARTER)
    assert waiting.in_words().startswith("it would take out everybody (users there: 1)")
    assert walkme.read_members("buyers") == ["ann"]


def test_approval_sends_what_waited(emptied: Shop, walkme: StandIn) -> None:
    report = approve(emptied.project, "buyers", now=NOW + QUARTER, at=TICK + QUARTER)

    assert report.push is not None
    assert [push.status for push in report.push.results] == ["synced"]
    assert walkme.read_members("buyers") == []
    assert read_status(emptied.project, now=NOW + QUARTER).held == ()
    again = approve(emptied.project, "buyers", now=NOW + QUARTER)
    assert (again.approved, again.push) == ((), None)


def test_approval_of_what_has_moved_on_lets_nothing_go(
    emptied: Shop, walkme: StandIn
) -> None:
    with pytest.raises(HoldMovedOnError, match="not that of 2026-05-01T09:15:00Z"):
        approve(emptied.project, "buyers", now=NOW + QUARTER, at=TICK)

    assert walkme.read_members("buyers") == ["ann"]
    assert len(read_status(emptied.project, now=NOW + QUARTER).held) == 1


def test_approval_without_a_push_is_for_the_next_one(
    emptied: Shop, walkme: StandIn
) -> None:
    approve(emptied.project, "buyers", now=NOW + QUARTER, push_too=False)

    status = read_status(emptied.project, now=NOW + QUARTER)
    assert [one.reason for one in status.behind] == ["approved; the next push sends it"]
    pipeline.push(emptied.project, now=NOW + QUARTER)
    assert walkme.read_members("buyers") == []


def test_guard_of_the_project_file_counts(emptied: Shop, walkme: StandIn) -> None:
    settings = emptied.folder / "headcount.yaml"
    with settings.open("a", encoding="utf-8") as file:
        file.write("guard: {segments: {buyers: {emptied: false}}}\n")

    report = pipeline.push(emptied.project, now=NOW + QUARTER)

    assert [push.status for push in report.results] == ["synced"]


def test_rows_that_came_in_are_counted_between_ticks(
    shop: Shop, walkme: StandIn
) -> None:
    """Of a hundred buyers 7 leave the last hour: without a new row, and with one."""
    old, new = TICK - timedelta(minutes=55), TICK - timedelta(minutes=5)
    buyers = [f"user-{number:03}" for number in range(99)]
    bought = [(user, "buy", new if user > "user-005" else old) for user in buyers]
    shop.land("more", *bought)
    recent = BUYERS.replace("buy}", "buy, date_range: last 1 hour}")
    shop.define("buyers", recent + "destinations: [walkme]\n")
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    quiet = pipeline.run_tick(shop.project, at=TICK + QUARTER, now=NOW + QUARTER)
    shop.land("later", ("bob", "look", TICK + QUARTER))
    busy = pipeline.run_tick(shop.project, at=TICK + 2 * QUARTER, now=NOW + 2 * QUARTER)

    assert quiet.push is not None
    assert busy.push is not None
    assert "while no row has come in" in str(quiet.push.results[0].reason)
    assert (busy.push.results[0].status, busy.push.results[0].removed) == ("synced", 7)


def test_plan_tells_requests_and_what_would_wait(emptied: Shop) -> None:
    planned = plan_edit(emptied.project, now=NOW + QUARTER)

    (push,) = planned.pushes
    assert (push.remove, push.requests) == (1, 1)
    assert push.held == ("it would take out everybody (users there: 1)",)
