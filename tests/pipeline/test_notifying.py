"""Ticks with destinations of notifications: users are told, and operators."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.shop import BUYERS, NOW, TICK, Shop

from headcount import pipeline
from headcount.pipeline.lifecycle import delete
from headcount.pipeline.status import read_status
from headcount.standins.process import StandIn
from headcount.sync.report import PushReport

QUARTER = timedelta(minutes=15)
TEMPLATE = "75cfcba6-c320-42cb-938e-4c2bd08a43a3"


class Bell:
    """A shop whose buyers are told, and operators of what fails."""

    def __init__(self, shop: Shop, standin: StandIn) -> None:
        self.shop = shop
        self.standin = standin
        self.ticks = 0
        self.settle()
        shop.define("buyers", BUYERS + "destinations: [bell]\n")

    def settle(self, **options: Any) -> None:
        """The project has a bell of these options, and an alarm."""
        place = {"type": "walkme-notification", "base_url": self.standin.url}
        place |= {"connection": "bell", "template_id": TEMPLATE}
        entries = {
            "bell": place | {"on": "entered"} | options,
            "alarm": place | {"on": ["segment-failed", "push-failed"], "to": "dana"},
        }
        self.shop.settle(f"destinations: {json.dumps(entries)}\n")

    @property
    def shown(self) -> list[dict[str, Any]]:
        return self.standin.read_notifications()

    @property
    def told(self) -> list[list[str]]:
        return [one["endUsersIds"] for one in self.shown]

    def tick(self, *buyers: str) -> PushReport:
        """The next tick, after these users bought something."""
        at = TICK + QUARTER * self.ticks
        self.ticks += 1
        if buyers:
            bought = [(user, "buy", at - QUARTER) for user in buyers]
            self.shop.land(f"tick-{self.ticks}", *bought)
        now = at + timedelta(minutes=5)
        report = pipeline.run_tick(self.shop.project, at=at, now=now)
        assert report.push is not None
        return report.push


@pytest.fixture
def bell(shop: Shop, workstation: StandIn, monkeypatch: pytest.MonkeyPatch) -> Bell:
    login = {"login": workstation.login, "password": workstation.password}
    monkeypatch.setenv("HEADCOUNT_CONN_BELL", json.dumps(login))
    return Bell(shop, workstation)


def test_who_enters_is_told_and_nothing_is_left_due(bell: Bell) -> None:
    (first,) = bell.tick().results
    (second,) = bell.tick("bob", "cid").results

    assert (first.status, first.added) == ("notified", 0)
    assert (second.status, second.added, second.requests) == ("notified", 2, 1)
    assert bell.told == [["bob", "cid"]]
    assert pipeline.pushes_due(bell.shop.project, now=NOW) == []
    assert bell.tick().results == ()


def test_placeholders_are_filled_from_attributes(bell: Bell) -> None:
    fillings = {
        "NAME": {"attribute": "person.first", "default": "you"},
        "WHAT": {"fact": "about"},
        "URL": "https://acme.example",
    }
    bell.settle(overrides=fillings)
    record = {"type": "attributes", "user_id": "bob", "timestamp": TICK.isoformat()}
    attributes = {"attributes": {"person": {"first": "Bob"}}}
    bell.tick()
    bell.shop.land_text("crm", json.dumps(record | attributes))

    bell.tick("bob", "cid", "dan")

    filled = {
        tuple(one["endUsersIds"]): {o["key"]: o["value"] for o in one["override"]}
        for one in bell.shown
    }
    rest = {"WHAT": "Buyers", "URL": "https://acme.example"}
    assert filled == {
        ("bob",): {"NAME": "Bob", **rest},
        ("cid", "dan"): {"NAME": "you", **rest},
    }


def test_destination_that_was_off_begins_anew(bell: Bell) -> None:
    bell.tick()
    bell.settle(enabled=False)
    bell.tick("bob")
    bell.settle()
    bell.tick()

    bell.tick("cid")

    assert bell.told == [["cid"]]


def test_deletion_tells_nobody(bell: Bell) -> None:
    bell.settle(on=["entered", "exited"])
    bell.tick()

    delete(bell.shop.project, "buyers", now=NOW)
    bell.tick()

    assert bell.told == []


def test_operators_are_told_of_a_segment_that_failed(bell: Bell) -> None:
    bell.tick()
    bell.shop.define("buyers", "name: Buyers\nsystem: shop\nrules: [{evnt: buy}]\n")

    (alert,) = bell.tick().results
    again = bell.tick().results

    assert (alert.destination, alert.segment_id) == ("alarm", "*")
    assert (alert.status, alert.added) == ("notified", 1)
    assert again == ()
    (shown,) = bell.shown
    assert shown["endUsersIds"] == ["dana"]
    assert "buyers.yaml:3" in shown["runtimeDescription"]


def test_operators_are_told_of_a_push_that_failed(bell: Bell) -> None:
    bell.tick()
    bell.settle(path="/elsewhere")

    push, alert = bell.tick("bob").results
    behind = read_status(bell.shop.project, now=NOW).behind

    assert (push.status, alert.status) == ("failed", "notified")
    assert [(one.destination, one.status) for one in behind] == [("bell", "failed")]
    assert "bell: buyers: " in bell.shown[0]["runtimeDescription"]


def test_without_a_connection_nobody_is_lost(
    bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell.tick()
    with monkeypatch.context() as context:
        context.delenv("HEADCOUNT_CONN_BELL")
        push, _ = bell.tick("bob").results
        assert push.status == "failed"
        assert "HEADCOUNT_CONN_BELL" in str(push.reason)

    bell.tick()

    assert bell.told == [["bob"]]
