"""A shop that a console is open on; its clock stands a little after its last tick."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from headcount import pipeline
from tests.console.site import Site, running, used_by
from tests.shop import TICK, WALKME, Shop, opened

NEXT_TICK = TICK + timedelta(minutes=15)
NOW = NEXT_TICK + timedelta(minutes=5)
MINUTES_AGO = TICK + timedelta(minutes=2)

LOOKERS = """\
name: Lookers <img src=x onerror=alert(1)>
description: Everyone who only looks & never pays
system: shop
created_by: dana@acme.example
rules:
- event: look
- not: {event: buy}
"""
EXPORTS = "exports: {subscriptions: [{segment: buyers, format: csv, every: day}]}\n"


def open_shop(folder: Path) -> Shop:
    """Two ticks, two segments: Eve bought between them."""
    shop = opened(folder)
    shop.settle(WALKME + EXPORTS)
    shop.define("lookers", LOOKERS)
    pipeline.run_tick(shop.project, at=TICK, now=TICK, push=False)
    shop.land("second", ("eve", "buy", MINUTES_AGO), ("bob", "buy", MINUTES_AGO))
    pipeline.run_tick(shop.project, at=NEXT_TICK, now=NEXT_TICK, push=False)
    return shop


@pytest.fixture(scope="package")
def clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADCOUNT_NOW", NOW.isoformat())
        yield


@pytest.fixture(scope="package")
def seen_shop(clock: None, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop that tests only look at."""
    return open_shop(tmp_path_factory.mktemp("console") / "shop")


@pytest.fixture(scope="package")
def url(seen_shop: Shop) -> Iterator[str]:
    """The address of its console."""
    with running(seen_shop.folder) as url:
        yield url


@pytest.fixture
def site(url: str) -> Iterator[Site]:
    with used_by(url) as site:
        yield site


@pytest.fixture
def shop(seen_shop: Shop, tmp_path: Path) -> Shop:
    """A shop of the test's own: moved, so published where it is now."""
    shop = Shop(shutil.copytree(seen_shop.folder, tmp_path / "shop"))
    pipeline.publish(shop.project, now=NEXT_TICK)
    return shop


@pytest.fixture
def own_site(shop: Shop) -> Iterator[Site]:
    """Its console."""
    with running(shop.folder) as url, used_by(url) as site:
        yield site
