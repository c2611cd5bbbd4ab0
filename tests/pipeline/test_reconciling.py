from __future__ import annotations

from pathlib import Path

from tests.shop import NOW, TICK, Shop

from headcount import pipeline
from headcount.pipeline.status import read_status
from headcount.standins.process import StandIn
from headcount.store.warehouse import Warehouse


def forget(store: Path, user_id: str) -> None:
    """The ledger thinks that the user is not there."""
    with Warehouse.open(store) as warehouse:
        warehouse.con.execute("DELETE FROM sync_members WHERE user_id = ?", [user_id])


def test_what_does_not_show_is_told_again(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    forget(shop.project.store_path, "ann")

    report = pipeline.reconcile(shop.project, "walkme", now=NOW)

    (checked,) = report.results
    assert (checked.method, checked.push.status) == ("told", "synced")
    assert walkme.read_members("buyers") == ["ann"]
    assert read_status(shop.project, now=NOW).drifting == ()


def test_nightly_turn_tells_a_seventh(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    reports = [pipeline.reconcile_in_turn(shop.project, now=NOW) for _ in range(7)]

    assert sum(len(report.results) for report in reports) == 7
    assert sum(report.pushes.results[0].added for report in reports) == 1


def test_push_in_full_says_all_again(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    quiet = pipeline.push(shop.project, now=NOW, segment_id="buyers")
    full = pipeline.push(shop.project, now=NOW, segment_id="buyers", full=True)

    assert quiet.results == ()
    assert [(push.status, push.requests) for push in full.results] == [("synced", 1)]


def test_receiver_that_came_back_is_called_again_when_a_person_asks(
    shop: Shop, walkme: StandIn
) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    with Warehouse.open(shop.project.store_path) as warehouse:
        gone = {"destination": "walkme", "address": walkme.url}
        warehouse.execute("sync/note_gone", gone)

    refused = pipeline.push(shop.project, now=NOW, segment_id="buyers", full=True)
    called = pipeline.reconcile(shop.project, "walkme", now=NOW)

    assert "wants nothing more (410)" in str(refused.results[0].reason)
    assert [push.status for push in called.pushes.results] == ["synced"]
