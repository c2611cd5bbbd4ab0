"""A small project, and a WalkMe of its own to push to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shop import BUYERS, WALKME, Shop, opened

from headcount.standins.process import StandIn, running_standin


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return opened(tmp_path / "shop")


@pytest.fixture
def walkme(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The buyers are pushed to a stand-in that runs as a process of its own."""
    with running_standin("walkme") as standin:
        url = f"{standin.url}, stand_in: true"
        shop.settle(WALKME.replace("https://api.walkme.com", url))
        shop.define("buyers", BUYERS + "destinations: [walkme]\n")
        login = {"login": standin.login, "password": standin.password}
        monkeypatch.setenv("HEADCOUNT_CONN_WALKME_DEFAULT", json.dumps(login))
        yield standin
