from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.shop import NOW, TICK, WALKME, Shop, opened
from tests.simulations.erasure import places_of

from headcount import pipeline
from headcount.errors import TombstonesUnreadableError
from headcount.pipeline.approving import approve
from headcount.pipeline.forgetting import finish_erasures
from headcount.pipeline.lifecycle import import_classic
from headcount.standins.process import StandIn
from headcount.store.digest import read_digests
from headcount.store.tombstones import FILE
from headcount.store.warehouse import Warehouse

NEXT, LATER = TICK + timedelta(minutes=15), NOW + timedelta(minutes=15)
HOUR_AGO = TICK - timedelta(hours=1)
DORA = "dora-7fd1"
GUS = "güs 5&"
BOTH = [DORA, GUS]
ESCAPED = json.dumps(GUS)[1:-1]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop in which Dora and Güs left traces wherever one can."""
    shop = opened(tmp_path_factory.mktemp("lived") / "shop")
    shop.define("listed", "name: Listed\nsystem: shop\nclassic: true\n")
    recent = "name: Recent\nsystem: shop\ndate_range: last 70 minutes\nrules: "
    shop.define("recent", recent + "[{event: buy}]\n")
    shop.land(
        "theirs",
        (DORA, "buy", HOUR_AGO),
        (GUS, "buy", HOUR_AGO),
        (GUS, "look", HOUR_AGO),
    )
    shop.land_text(
        "rejected",
        json.dumps({"user_id": DORA, "event": "buy", "timestamp": "soon"}),
        json.dumps({"user_id": GUS, "event": "buy", "timestamp": 9e30}),
        json.dumps(
            {
                "type": "attributes",
                "user_id": DORA,
                "timestamp": HOUR_AGO.isoformat(),
                "attributes": {"plan": "trial", "mail": f"{DORA}@shop.example"},
            }
        ),
    )
    pipeline.run_tick(shop.project, at=TICK, now=NOW, push=False)
    (shop.folder / "list.csv").write_text(f"user_id\nann\n{DORA}\n", encoding="utf-8")
    import_classic(shop.project, "listed", shop.folder / "list.csv", at=TICK, now=NOW)
    for format_ in ("csv", "xlsx", "parquet"):
        pipeline.export(shop.project, "buyers", format=format_, now=NOW)
    log = shop.project.store_path.parent / "headcount.log"
    log.write_text(f"Z WARNING refused {DORA}\n", encoding="utf-8")
    pipeline.run_tick(shop.project, at=NEXT, now=LATER, push=False)
    return shop


@pytest.fixture
def shop(lived: Shop, tmp_path: Path) -> Shop:
    """A copy of it, published where it is."""
    shutil.copytree(lived.folder, tmp_path / "shop")
    shop = Shop(tmp_path / "shop")
    pipeline.publish(shop.project, now=LATER)
    return shop


def traces(shop: Shop) -> list[str]:
    """Where the two are still named, their own source files apart."""
    texts = [DORA, GUS, ESCAPED]
    own = ("landing/", "list.csv")
    return [one for one in places_of(shop.folder, texts) if not one.startswith(own)]


def members(shop: Shop, segment_id: str) -> set[str]:
    (path,) = shop.project.snapshots_folder.glob(f"{segment_id}/manifest.json")
    newest = json.loads(path.read_text(encoding="utf-8"))["snapshots"][-1]
    with Warehouse.open(shop.project.store_path) as warehouse:
        rows = warehouse.con.read_parquet(str(path.with_name(newest["file"])))
        return {user_id for user_id, _ in rows.fetchall()}


def test_no_byte_of_them_is_left(shop: Shop) -> None:
    assert len(traces(shop)) >= 10

    receipt = pipeline.forget(shop.project, BOTH, now=LATER)

    assert traces(shop) == []
    assert receipt.is_complete
    assert receipt.erased.events == 3
    assert receipt.erased.attributes == 2
    assert receipt.erased.rejects == 2
    assert len(receipt.erased.exports) == 3
    assert receipt.erased.told_by == (
        "landing/rejected.ndjson",
        "landing/theirs.ndjson",
    )
    assert DORA not in json.dumps(receipt.to_json(), default=str)


def test_what_is_left_is_sound_and_the_others_stay(shop: Shop) -> None:
    pipeline.forget(shop.project, BOTH, now=LATER)

    assert pipeline.verify(shop.project).count == 0
    assert members(shop, "buyers") == {"ann"}
    assert members(shop, "listed") == {"ann"}
    tick = pipeline.evaluate(shop.project, at=NEXT, now=LATER)
    assert {one.segment_id: one.members for one in tick.segments} == {
        "buyers": 1,
        "listed": 1,
        "recent": 0,
    }


def test_old_and_new_files_do_not_bring_them_back(shop: Shop) -> None:
    pipeline.forget(shop.project, BOTH, now=LATER)
    shop.land("again", (DORA, "buy", TICK), ("cid", "buy", TICK))
    shop.land_text("bad", json.dumps({"user_id": GUS, "event": 1, "timestamp": "x"}))
    landed = shop.folder / "landing"
    (landed / "theirs.ndjson").rename(landed / "renamed.ndjson")

    report = pipeline.ingest(shop.project, now=LATER)

    found = {file.path: file for file in report.files}
    assert found["landing/again.ndjson"].skipped == 1
    assert found["landing/again.ndjson"].accepted == 1
    assert found["landing/again.ndjson"].reason == (
        "skipped: of a user who was erased (1)"
    )
    assert found["landing/bad.ndjson"].rejected == 1
    import_classic(shop.project, "listed", shop.folder / "list.csv", at=NEXT, now=LATER)
    assert members(shop, "listed") == {"ann"}
    assert traces(shop) == []
    assert pipeline.verify(shop.project).count == 0


def test_a_rebuilt_store_does_not_bring_them_back(shop: Shop) -> None:
    pipeline.forget(shop.project, BOTH, now=LATER)

    report = pipeline.rebuild(shop.project, now=LATER)

    assert report.differing is not None
    assert set(report.differing) <= {"source_files"}  # skipped rows are told of
    assert traces(shop) == []
    assert pipeline.verify(shop.project).count == 0


def test_a_kept_store_is_removed(shop: Shop) -> None:
    pipeline.rebuild(shop.project, now=LATER)

    receipt = pipeline.forget(shop.project, BOTH, now=LATER)

    assert receipt.kept_stores == 1
    assert traces(shop) == []


def test_undo_lets_new_files_bring_them(shop: Shop) -> None:
    pipeline.forget(shop.project, BOTH, now=LATER)

    undone = pipeline.undo_forget(shop.project, [DORA, "nobody"])

    assert (len(undone.users), undone.unknown) == (1, 1)
    shop.land("back", (DORA, "buy", TICK), (GUS, "buy", TICK))
    (file,) = pipeline.ingest(shop.project, now=LATER).files
    assert (file.accepted, file.skipped) == (1, 1)


def test_a_user_nobody_knows_stays_out_too(shop: Shop) -> None:
    with Warehouse.open(shop.project.store_path) as warehouse:
        before = read_digests(warehouse)

    receipt = pipeline.forget(shop.project, ["zoe"], now=LATER)

    with Warehouse.open(shop.project.store_path) as warehouse:
        assert read_digests(warehouse) == before
    assert receipt.is_complete
    shop.land("zoe", ("zoe", "buy", TICK))
    assert pipeline.ingest(shop.project, now=LATER).files[0].skipped == 1


def test_a_second_call_changes_nothing(shop: Shop) -> None:
    pipeline.forget(shop.project, BOTH, now=LATER)
    with Warehouse.open(shop.project.store_path) as warehouse:
        before = read_digests(warehouse)

    again = pipeline.forget(shop.project, BOTH, now=LATER)

    with Warehouse.open(shop.project.store_path) as warehouse:
        assert read_digests(warehouse) == before
    assert again.erased.events == 0
    assert finish_erasures(shop.project, now=LATER) is None


def test_values_of_others_that_name_them_are_counted_and_stay(shop: Shop) -> None:
    shop.land_text(
        "friend",
        json.dumps(
            {
                "user_id": "ann",
                "event": "invite",
                "timestamp": TICK.isoformat(),
                "properties": {"friend": DORA},
            }
        ),
    )
    pipeline.ingest(shop.project, now=LATER)

    assert pipeline.forget(shop.project, BOTH, now=LATER).erased.mentions == 1


def test_nothing_is_ingested_when_nobody_knows_who_was_erased(shop: Shop) -> None:
    (shop.project.store_path.parent / FILE).write_text("{}", encoding="utf-8")

    with pytest.raises(TombstonesUnreadableError, match="Restore the file"):
        pipeline.ingest(shop.project, now=LATER)


def test_destinations_let_them_go(shop: Shop, walkme: StandIn) -> None:
    pipeline.run_tick(shop.project, at=NEXT, now=LATER)
    assert walkme.read_members("buyers") == sorted(["ann", *BOTH])

    receipt = pipeline.forget(shop.project, [DORA], now=LATER)

    assert receipt.is_complete
    assert [(one.removed, one.status) for one in receipt.pushes] == [(1, "synced")]
    assert walkme.read_members("buyers") == ["ann", GUS]
    assert pipeline.verify(shop.project).count == 0


def test_the_id_stays_until_the_destination_was_told(
    shop: Shop, walkme: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.run_tick(shop.project, at=NEXT, now=LATER)
    with monkeypatch.context() as patched:
        patched.delenv("HEADCOUNT_CONN_WALKME_DEFAULT")
        receipt = pipeline.forget(shop.project, BOTH, now=LATER)

    assert [one.destination for one in receipt.pending] == ["walkme"]
    assert not receipt.is_complete
    assert traces(shop)
    assert members(shop, "buyers") == {"ann"}
    assert pipeline.verify(shop.project).count == 0

    finished = finish_erasures(shop.project, now=LATER)

    assert finished
    assert finished.is_complete
    assert walkme.read_members("buyers") == ["ann"]
    assert traces(shop) == []
    assert finish_erasures(shop.project, now=LATER) is None


def test_a_destination_that_is_off_is_left_to_a_person(
    shop: Shop, walkme: StandIn
) -> None:
    pipeline.run_tick(shop.project, at=NEXT, now=LATER)
    shop.settle(WALKME.replace("{type: walkme", "{enabled: false, type: walkme"))

    receipt = pipeline.forget(shop.project, BOTH, now=LATER)

    assert [(one.destination, one.segment_id) for one in receipt.by_hand] == [
        ("walkme", "buyers")
    ]
    assert not receipt.pending
    assert traces(shop) == []
    assert walkme.read_members("buyers") == sorted(["ann", *BOTH])


def test_a_push_that_would_empty_a_segment_waits_for_a_person(
    shop: Shop, walkme: StandIn
) -> None:
    pipeline.run_tick(shop.project, at=NEXT, now=LATER)

    receipt = pipeline.forget(shop.project, ["ann", *BOTH], now=LATER)

    assert receipt.is_held
    approve(shop.project, "buyers", at=None, now=LATER)
    finished = finish_erasures(shop.project, now=LATER)
    assert finished
    assert finished.is_complete
    assert walkme.read_members("buyers") == []


def test_somebody_who_came_back_by_hand_is_found(shop: Shop) -> None:
    pipeline.forget(shop.project, BOTH, now=LATER)
    with Warehouse.open(shop.project.store_path) as warehouse:
        warehouse.con.execute(
            "INSERT INTO users (system_code, user_code, user_id)"
            " SELECT 0, count(*), $user FROM users",
            {"user": DORA},
        )

    checks = {one.name: one for one in pipeline.verify(shop.project).checks}

    assert checks["erased_users"].count == 1
    assert DORA not in str(checks["erased_users"])


FORGET = "from headcount.cli import main; print(flush=True); main(['forget', {!r}])"


@pytest.mark.parametrize("wait_s", [0.1, 0.3])
def test_killed_anywhere_it_is_finished_by_the_next_call(
    wait_s: float, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADCOUNT_HOME", str(shop.folder))
    monkeypatch.setenv("HEADCOUNT_NOW", LATER.isoformat())
    command = [sys.executable, "-c", FORGET.format(DORA)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
        assert victim.stdout
        victim.stdout.readline()
        time.sleep(wait_s)
        victim.send_signal(signal.SIGKILL)

    assert not pipeline.verify(shop.project).checks[0].count
    finish_erasures(shop.project, now=LATER)
    pipeline.forget(shop.project, BOTH, now=LATER)
    assert traces(shop) == []
    assert pipeline.verify(shop.project).count == 0
