from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.shop import NOW, TICK, Shop, opened

from headcount import pipeline
from headcount.errors import RebuildBlockedError
from headcount.pipeline.lifecycle import delete, import_classic
from headcount.standins.process import StandIn
from headcount.store.digest import read_digests
from headcount.store.warehouse import Warehouse

NEXT = TICK + timedelta(minutes=15)
LATER = NOW + timedelta(minutes=15)
LAST, LATEST = NEXT + timedelta(minutes=15), LATER + timedelta(minutes=15)
LOOKERS = "name: Lookers\nsystem: shop\nrules: [{event: look}]\n"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with a history: comings, goings, resent rows, rejects, a retraction."""
    shop = opened(tmp_path_factory.mktemp("lived") / "shop")
    recent = "name: Recent\nsystem: shop\ndate_range: last 70 minutes\nrules: "
    shop.define("recent", recent + "[{event: buy}]\n")
    shop.define("lookers", LOOKERS)
    shop.define("listed", "name: Listed\nsystem: shop\nclassic: true\n")
    pipeline.run_tick(shop.project, at=TICK, now=NOW)
    (shop.folder / "list.csv").write_text("user_id\nann\nzoe\n", encoding="utf-8")
    import_classic(shop.project, "listed", shop.folder / "list.csv", at=TICK, now=NOW)
    shop.land("again", ("ann", "buy", TICK - timedelta(hours=1)), ("cid", "buy", TICK))
    shop.land("wrong", ("eve", "buy", TICK), ("cid", "look", TICK))
    shop.land_text(
        "bad",
        "{}",
        '{"type":"attributes","user_id":"ann",'
        f'"timestamp":"{TICK.isoformat()}","attributes":{{"plan":"trial"}}}}',
    )
    shop.define("buyers", "name: Buyers\nsystem: shop\nrules: [{event: 'b*'}]\n")
    pipeline.run_tick(shop.project, at=NEXT, now=LATER)
    pipeline.retract(shop.project, "landing/wrong.ndjson", now=LATER)
    delete(shop.project, "lookers", now=LATER)
    pipeline.run_tick(shop.project, at=LAST, now=LATEST)
    return shop


@pytest.fixture
def shop(lived: Shop, tmp_path: Path) -> Shop:
    """A copy of it to lose, published where it is."""
    shutil.copytree(lived.folder, tmp_path / "shop")
    shop = Shop(tmp_path / "shop")
    pipeline.publish(shop.project, now=LATEST)
    return shop


def digests(shop: Shop) -> dict[str, str]:
    with Warehouse.open(shop.project.store_path) as warehouse:
        return read_digests(warehouse)


def lose(shop: Shop, *, published: bool = False) -> None:
    """The store is gone, and with it perhaps what was published of it."""
    for path in shop.project.store_path.parent.glob("headcount.duckdb*"):
        path.unlink()
    if published:
        shop.project.analytics_path.unlink()


def test_a_readable_store_is_told_again_and_kept(shop: Shop) -> None:
    before = digests(shop)

    report = pipeline.rebuild(shop.project, now=LATEST)

    assert report.source == "store"
    assert report.differing == ()
    assert digests(shop) == before
    assert report.kept
    assert report.kept.name == "headcount.duckdb.kept-2026-05-01T09-50-00Z"
    assert pipeline.verify(shop.project).count == 0


@pytest.mark.parametrize("is_there", [False, True])
def test_a_lost_or_broken_store_has_the_same_logical_content(
    is_there: bool, shop: Shop
) -> None:
    before = digests(shop)
    lose(shop)
    if is_there:
        shop.project.store_path.write_bytes(b"broken")

    report = pipeline.rebuild(shop.project, now=LATEST)

    assert (report.source, report.differing) == ("publication", None)
    assert (report.kept is not None) == is_there
    assert digests(shop) == before
    assert pipeline.verify(shop.project).count == 0
    assert pipeline.run_tick(shop.project, at=LAST, now=LATEST).ingest.files == ()


def test_without_a_publication_stays_come_from_snapshots(shop: Shop) -> None:
    before = digests(shop)
    lose(shop, published=True)

    report = pipeline.rebuild(shop.project, now=LATEST)

    assert report.source == "snapshots"
    assert report.notes[1:] == ("lookers: it has snapshots and no sound definition",)
    after = digests(shop)
    assert after["rejected_rows"].partition(",")[0] == "1 rows"
    assert after["membership"] != before["membership"]
    assert pipeline.verify(shop.project).count == 0
    tick = pipeline.run_tick(shop.project, at=LAST, now=LATEST).tick
    told = {one.segment_id: (one.members, one.entered) for one in tick.segments}
    # What was retracted lies there still, and nobody knows any more that it was.
    assert told["recent"] == (2, 0)


def test_snapshots_that_are_gone_are_written_from_the_stays(shop: Shop) -> None:
    files = sorted(shop.project.snapshots_folder.glob("*/*"))
    before = {path: path.read_bytes() for path in files}
    shutil.rmtree(shop.project.snapshots_folder)

    report = pipeline.rebuild(shop.project, now=LATEST)

    assert len(report.healed) == len([one for one in files if one.suffix != ".json"])
    assert {path: path.read_bytes() for path in files} == before


def test_a_missing_raw_file_blocks_it_and_nothing_changes(shop: Shop) -> None:
    (shop.folder / "landing" / "again.ndjson").unlink()
    before = digests(shop)

    with pytest.raises(RebuildBlockedError, match=r"again\.ndjson: it is not there"):
        pipeline.rebuild(shop.project, now=LATEST)
    assert digests(shop) == before

    report = pipeline.rebuild(shop.project, now=LATEST, partial=True)
    assert [one.path for one in report.unread] == ["landing/again.ndjson"]
    assert report.differing
    assert "events" in report.differing
    assert "membership" not in report.differing


def test_evaluation_state_is_not_taken_for_that_of_the_new_store(shop: Shop) -> None:
    state = shop.project.store_path.parent / "state"
    state.mkdir(exist_ok=True)
    (state / "of_old_codes").touch()

    pipeline.rebuild(shop.project, now=LATEST)

    assert not (state / "of_old_codes").exists()


def test_destinations_are_known_as_before(shop: Shop, walkme: StandIn) -> None:
    del walkme
    pipeline.run_tick(shop.project, at=LAST, now=LATEST)
    before = digests(shop)
    lose(shop)

    pipeline.rebuild(shop.project, now=LATEST)

    assert digests(shop) == before
    again = pipeline.push(shop.project, now=LATEST)
    assert [one.requests for one in again.results] == []


REBUILD = "from headcount.cli import main; print(flush=True); main(['rebuild'])"


@pytest.mark.parametrize("wait_s", [0.1, 0.4])
def test_killed_anywhere_there_is_one_whole_store(
    wait_s: float, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADCOUNT_HOME", str(shop.folder))
    monkeypatch.setenv("HEADCOUNT_NOW", LATEST.isoformat())
    before = digests(shop)
    with subprocess.Popen(
        [sys.executable, "-c", REBUILD], stdout=subprocess.PIPE
    ) as victim:
        assert victim.stdout
        victim.stdout.readline()
        time.sleep(wait_s)
        victim.send_signal(signal.SIGKILL)

    assert digests(shop) == before
    pipeline.rebuild(shop.project, now=LATEST)
    assert digests(shop) == before
    assert not list(shop.project.store_path.parent.glob(".aside-*"))
