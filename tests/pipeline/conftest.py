"""A small project, and a WalkMe of its own to push to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.shop import BUYERS, WALKME, Shop, opened

from headcount.standins.process import StandIn


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return opened(tmp_path / "shop")


@pytest.fixture
def walkme(
    shop: Shop, lasting_walkme: StandIn, monkeypatch: pytest.MonkeyPatch
) -> StandIn:
    """The buyers are pushed to a stand-in that runs as a process of its own."""
    lasting_walkme.forget()
    url = f"{lasting_walkme.url}, stand_in: true"
    shop.settle(WALKME.replace("https://api.walkme.com", url))
    shop.define("buyers", BUYERS + "destinations: [walkme]\n")
    login = {"login": lasting_walkme.login, "password": lasting_walkme.password}
    monkeypatch.setenv("HEADCOUNT_CONN_WALKME_DEFAULT", json.dumps(login))
    return lasting_walkme
