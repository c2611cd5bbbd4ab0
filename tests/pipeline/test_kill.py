"""`headcount run` killed anywhere, then run again, ends as if nothing had happened.

`KILLS=200 uv run pytest tests/pipeline/test_kill.py` looks longer; `SEED` repeats a
failure.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.shop import BUYERS, NOW, TICK, WALKME, Shop

from headcount import pipeline
from headcount.clock import to_text
from headcount.standins.process import StandIn
from headcount.store.membership import read_members
from headcount.store.warehouse import Warehouse

KILLS = int(os.environ.get("KILLS", "4"))
SEED = int(os.environ.get("SEED", "1"))
EXPORTS = "exports: {subscriptions: [{segment: buyers, format: csv, every: tick}]}\n"


def furnished(folder: Path, walkme_url: str) -> Shop:
    """A project with something for every stage to do."""
    shop = Shop(folder)
    url = f"{walkme_url}, stand_in: true"
    shop.settle(WALKME.replace("https://api.walkme.com", url) + EXPORTS)
    shop.define("buyers", BUYERS + "destinations: [walkme]\n")
    shop.define("lookers", "name: Lookers\nsystem: shop\nrules: [{event: look}]\n")
    for day in range(5):
        at = TICK - timedelta(days=day, hours=1)
        shop.land(f"bought-{day}", *((f"{day}-{i}", "buy", at) for i in range(99)))
        shop.land(f"looked-{day}", *((f"{i}", "look", at) for i in range(99)))
    return shop


def start(shop: Shop, *options: str) -> subprocess.Popen[bytes]:
    command = ["run", "--project", str(shop.folder), *options]
    return subprocess.Popen(
        [sys.executable, "-m", "headcount", *command],
        env=os.environ | {"HEADCOUNT_NOW": to_text(NOW)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def outcome(shop: Shop) -> dict[str, object]:
    """Memberships, and the bytes of the files that stand for them.

    Folders that a kill left aside may lie there until the next sweep.
    """
    snapshots = shop.project.snapshots_folder.glob("*/*.*")
    files = [*snapshots, *shop.project.exports_folder.glob("*.csv")]
    with Warehouse.open(shop.project.store_path) as warehouse:
        members = {
            segment_id: read_members(warehouse, segment_id, TICK).rows()
            for segment_id in ("buyers", "lookers")
        }
    return {
        "members": members,
        "files": {p.name: p.read_bytes() for p in files if p.is_file()},
    }


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], float]:
    """What an undisturbed run leaves, and how many seconds it takes."""
    shop = furnished(tmp_path_factory.mktemp("calm"), "http://127.0.0.1:9")
    started = time.monotonic()
    assert start(shop, "--no-push").wait(60) == 0
    took_s = time.monotonic() - started
    return outcome(shop), took_s


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_run_converges_when_run_again(
    kill: int, calm: tuple[dict[str, object], float], walkme: StandIn, tmp_path: Path
) -> None:
    chance = random.Random(f"{SEED}/{kill}")  # noqa: S311 - a seed, no secret
    wanted, took_s = calm
    shop = furnished(tmp_path / "killed", walkme.url)

    process = start(shop)
    time.sleep(chance.uniform(0.2, 1.2) * took_s)
    process.kill()
    process.wait()
    pipeline.run_tick(shop.project, at=TICK, now=NOW)

    assert outcome(shop) == wanted, (SEED, kill)
    assert len(walkme.read_members("buyers") or ()) == 5 * 99
    assert pipeline.pushes_due(shop.project, now=NOW) == []
