"""A tick with every kind of destination in headcount.yaml, each at its stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from tests.contracts.vendors import VENDORS, Vendor
from tests.shop import BUYERS, NOW, TICK, Shop

from headcount import pipeline
from headcount.standins.process import running_standin

ACCOUNT = "1e5afe51-2d2a-4b22-a60a-cf2d6c01d726"
QUARTER = timedelta(minutes=15)


@pytest.fixture
def vendors(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Vendor]]:
    with ExitStack() as stack:
        vendors = [
            Vendor(stack.enter_context(running_standin(name)), ACCOUNT)
            for name in VENDORS
        ]
        entries = {}
        for vendor in vendors:
            name, login = vendor.standin.vendor, vendor.login
            entries[name] = {"type": name, "connection": name, **vendor.options}
            secret = {"login": login.login, "password": login.password}
            monkeypatch.setenv(f"HEADCOUNT_CONN_{name.upper()}", json.dumps(secret))
        shop.settle(f"destinations: {json.dumps(entries)}\n")
        for number in range(3):
            rules = BUYERS.replace("Buyers", f"Buyers {number}")
            targets = json.dumps(list(VENDORS))
            shop.define(f"buyers-{number}", f"{rules}destinations: {targets}\n")
        (shop.folder / "segments" / "buyers.yaml").unlink()
        yield vendors


def test_every_vendor_holds_every_segment(shop: Shop, vendors: list[Vendor]) -> None:
    report = pipeline.run_tick(shop.project, at=TICK, now=NOW)
    assert report.push is not None
    assert [push.status for push in report.push.results] == ["synced"] * 12

    shop.land("second", ("bob", "buy", TICK))
    pipeline.run_tick(shop.project, at=TICK + QUARTER, now=NOW + QUARTER)

    for vendor in vendors:
        for number in range(3):
            assert vendor.members(f"buyers-{number}") == ["ann", "bob"]
    assert pipeline.pushes_due(shop.project, now=NOW) == []
