from datetime import timedelta

import pytest
from tests.shop import BUYERS, NOW, TICK, WALKME, Shop

from headcount import pipeline
from headcount.pipeline.lifecycle import delete
from headcount.standins.process import StandIn

QUARTER = timedelta(minutes=15)


def test_tick_leaves_destination_equal(shop: Shop, walkme: StandIn) -> None:
    report = pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert report.push is not None
    assert [push.status for push in report.push.results] == ["synced"]
    assert walkme.read_members("buyers") == ["ann"]


def test_same_tick_again_sends_no_request(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    before = len(walkme.read_requests())

    again = pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert again.push is not None
    assert again.push.results == ()
    assert len(walkme.read_requests()) == before


def test_next_tick_sends_the_difference(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    shop.land("second", ("bob", "buy", TICK))

    later = pipeline.run_tick(shop.project, at=TICK + QUARTER, now=NOW + QUARTER)

    assert later.push is not None
    assert (later.push.results[0].added, later.push.results[0].removed) == (1, 0)
    assert walkme.read_members("buyers") == ["ann", "bob"]


def test_pushes_due_are_those_not_made(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW, push=False)

    due = pipeline.pushes_due(shop.project, now=NOW)
    pipeline.push(shop.project, now=NOW, destination="walkme", segment_id="buyers")

    assert due == [{"destination": "walkme", "segment_id": "buyers"}]
    assert pipeline.pushes_due(shop.project, now=NOW) == []
    assert walkme.read_members("buyers") == ["ann"]


def test_push_of_another_segment_sends_nothing(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW, push=False)

    report = pipeline.push(shop.project, now=NOW, segment_id="others")

    assert report.results == ()
    assert walkme.read_requests() == []


def test_push_without_connection_fails_and_names_the_variable(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADCOUNT_CONN_WALKME_DEFAULT", raising=False)
    shop.settle(WALKME)
    shop.define("buyers", BUYERS + "destinations: [walkme]\n")

    report = pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert report.push is not None
    (push,) = report.push.results
    assert push.status == "failed"
    assert "HEADCOUNT_CONN_WALKME_DEFAULT" in str(push.reason)


def test_disabled_destination_is_not_called(shop: Shop, walkme: StandIn) -> None:
    settings = shop.folder / "headcount.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("stand_in", "enabled: false, stand_in"))

    report = pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert report.push is not None
    assert report.push.results == ()
    assert walkme.read_requests() == []


def test_deletion_is_carried_to_the_destination(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    report = delete(shop.project, "buyers", now=NOW)

    assert report.push is not None
    assert [push.status for push in report.push.results] == ["deleted"]
    assert walkme.read_members("buyers") is None


def test_on_secret_hears_the_password(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=TICK, now=NOW, push=False)
    secrets: list[str] = []

    pipeline.push(shop.project, now=NOW, on_secret=secrets.append)

    assert walkme.password in secrets
