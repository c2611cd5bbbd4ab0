from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from tests.evaluate.world import event
from tests.exports.conftest import TICK, Exporting

from headcount.errors import CellTooLongError, SnapshotDamagedError
from headcount.exports.export import copy_export, is_whole, read_export, read_exports
from headcount.store.files import sha256_of, sweep_temporaries

NEXT_TICK = "2024-03-01T09:15"


@pytest.fixture
def ticked(exporting: Exporting) -> Exporting:
    """Ann is a buyer at TICK."""
    exporting.world.log(event("ann", "buy", "2024-02-01"))
    exporting.world.tick(TICK)
    return exporting


def test_ledger_names_the_file_when_it_is_finished(ticked: Exporting) -> None:
    export = ticked.export()

    found = read_export(ticked.world.warehouse, export.export_id, ticked.folder)
    assert found == export
    assert (export.rows, export.sha256) == (1, sha256_of(export.path))
    assert read_exports(ticked.world.warehouse, ticked.folder) == [export]


def test_second_request_shares_the_file(ticked: Exporting) -> None:
    first = ticked.export(format="xlsx")
    made = first.path.stat().st_mtime_ns

    second = ticked.export(format="xlsx")

    assert second == replace(first, is_shared=True)
    assert first.path.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    "change",
    [
        {"format": "parquet"},
        {"segment_name": "Shoppers"},
        {"rules": "did purchase"},
        {"attributes": ("plan",)},
    ],
    ids=str,
)
def test_other_request_gets_another_file(
    change: dict[str, object], ticked: Exporting
) -> None:
    first, second = ticked.export(), ticked.export(**change)

    assert first.export_id != second.export_id
    assert first.path != second.path
    assert is_whole(first)


def test_other_tick_gets_another_file_when_nobody_moved(ticked: Exporting) -> None:
    ticked.world.tick(NEXT_TICK)

    first, second = ticked.export(), ticked.export(NEXT_TICK)

    assert first.path != second.path
    assert first.sha256 == second.sha256


def test_tick_told_again_gets_another_file(ticked: Exporting) -> None:
    first = ticked.export()
    ticked.world.log(event("bob", "buy", "2024-02-01"))
    ticked.world.tick(TICK)

    second = ticked.export()

    assert (first.rows, second.rows) == (1, 2)
    assert first.path != second.path


@pytest.mark.parametrize("harm", ["removed", "changed"])
def test_file_is_made_again_when_it_is_not_whole(harm: str, ticked: Exporting) -> None:
    first = ticked.export()
    if harm == "removed":
        first.path.unlink()
    else:
        first.path.write_text("x")

    second = ticked.export()

    assert second == first
    assert is_whole(second)


def test_empty_segment_gives_the_headings(exporting: Exporting) -> None:
    exporting.world.log(event("ann", "look", "2024-02-01"))
    exporting.world.tick(TICK)

    export = exporting.export()

    assert export.rows == 0
    assert export.path.read_text() == "segment_id,segment_name,user_id,entered_at\n"


def test_info_sheet_says_which_members_these_are(ticked: Exporting) -> None:
    book = load_workbook(ticked.export(format="xlsx").path)

    said = dict(book["Info"].values)
    assert said["Segment"] == "Buyers"
    assert said["Rules"] == "did buy"
    assert said["Members"] == 1
    assert f"{said['Members at']:%Y-%m-%dT%H:%M}" == TICK


def test_damaged_snapshot_is_not_exported(ticked: Exporting) -> None:
    request = ticked.request()
    (ticked.world.snapshots / request.snapshot.file).write_bytes(b"x")

    with pytest.raises(SnapshotDamagedError):
        ticked.export()

    assert read_exports(ticked.world.warehouse, ticked.folder) == []


def test_nothing_is_left_when_a_cell_is_too_long(exporting: Exporting) -> None:
    exporting.world.log(event("x" * 40_000, "buy", "2024-02-01"))
    exporting.world.tick(TICK)

    with pytest.raises(CellTooLongError):
        exporting.export(format="xlsx")

    assert [one.name for one in exporting.folder.iterdir()] == [".lock"]
    assert pl.read_csv(exporting.export().path)["user_id"][0] == "x" * 40_000


@pytest.mark.parametrize(
    "segment_id", ["../../etc/x", "a\r\nSet-Cookie: y", "C:\\x", "Ünï", "-", "x" * 300]
)
def test_file_name_is_safe_whatever_the_segment(
    segment_id: str, ticked: Exporting
) -> None:
    name = ticked.request(segment_id=segment_id).file

    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.TZ")
    assert name.count(".") == 1
    assert len(name) < 128


def test_copy_is_whole(ticked: Exporting, tmp_path: Path) -> None:
    export = ticked.export()

    copy_export(export, tmp_path / "mine.csv")

    assert sha256_of(tmp_path / "mine.csv") == export.sha256


EXPORT = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from headcount.exports.export import make_export
from headcount.exports.members import MemberRequest
from headcount.exports.table import Table
from headcount.store.snapshots import Snapshot
from headcount.store.warehouse import Warehouse

folder, file, sha256 = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
at = datetime(2024, 3, 1, 9, tzinfo=UTC)
request = MemberRequest(segment_id="buyers", segment_name="Buyers", system="shop",
    rules="did buy", snapshot=Snapshot("buyers", at, file, 1, sha256),
    folder=folder / "snapshots", at=at, format=sys.argv[4])
def export():
    return make_export(lambda: Warehouse.open(folder / "store.duckdb"), request,
        folder=folder / "exports", now=at)
"""
EXPORT_AND_SAY = f"{EXPORT}\nmade = export()\nprint(made.is_shared, made.sha256)"
EXPORT_SLOWLY = f"""{EXPORT}
def slowly(rows):
    print("writing", flush=True)
    time.sleep(60)
    return rows
def batches(table, rows=1, real=Table.batches):
    yield from map(slowly, real(table, rows))
Table.batches = batches
Table.plan = lambda table, real=Table.plan: real(table).map_batches(slowly)
export()
"""


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "parquet"])
def test_nothing_is_listed_when_killed_while_writing(
    file_format: str, ticked: Exporting
) -> None:
    snapshot = ticked.request().snapshot
    arguments = [str(ticked.world.folder), snapshot.file, snapshot.sha256, file_format]
    child = subprocess.Popen(
        [sys.executable, "-c", EXPORT_SLOWLY, *arguments], stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout
        assert child.stdout.readline() == b"writing\n"
        child.kill()

    assert child.returncode == -9
    assert [one.name for one in ticked.folder.iterdir() if one.is_file()] == [".lock"]
    assert sweep_temporaries(ticked.folder) == 1
    assert is_whole(ticked.export(format=file_format))


def test_requests_at_the_same_time_share_one_build(ticked: Exporting) -> None:
    """Two processes ask at once: one writes, the other waits and gets the same file."""
    snapshot = ticked.request().snapshot
    arguments = [str(ticked.world.folder), snapshot.file, snapshot.sha256, "csv"]
    ticked.world.warehouse.close()
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", EXPORT_AND_SAY, *arguments], stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]

    said = sorted(one.communicate()[0].split() for one in asking)

    assert [shared for shared, _ in said] == [b"False", b"True"]
    assert said[0][1] == said[1][1]


@pytest.mark.parametrize(
    ("keep", "days", "left"),
    [(7, 6, 1), (7, 8, 0), (None, 8000, 1)],
    ids=["recent", "old", "for ever"],
)
def test_file_goes_when_nobody_asks_for_it_any_more(
    keep: int | None, days: int, left: int, ticked: Exporting
) -> None:
    export = ticked.export()

    swept = ticked.sweep(keep=keep, after=days)

    assert (export.path.exists(), swept) == (left == 1, 1 - left)
    assert len(read_exports(ticked.world.warehouse, ticked.folder)) == left
    found = read_export(ticked.world.warehouse, export.export_id, ticked.folder)
    assert found is not None
    assert (found.removed_at is None) == (left == 1)


def test_file_that_is_asked_for_again_stays(ticked: Exporting) -> None:
    ticked.export()
    ticked.export(asked=6)

    assert ticked.sweep(keep=7, after=8) == 0
    assert ticked.sweep(keep=7, after=14) == 1


def test_file_that_is_to_be_kept_stays(ticked: Exporting) -> None:
    kept, other = ticked.export(), ticked.export(format="parquet")

    assert ticked.sweep(keep=1, after=8, kept={kept.export_id}) == 1
    assert (kept.path.exists(), other.path.exists()) == (True, False)


def test_removed_file_is_made_again_when_it_is_asked_for(ticked: Exporting) -> None:
    first = ticked.export()
    ticked.sweep(keep=1, after=8)

    second = ticked.export()

    assert second == first
    assert read_exports(ticked.world.warehouse, ticked.folder) == [second]


def test_sweep_takes_what_killed_exports_left_and_nothing_else(
    ticked: Exporting,
) -> None:
    export = ticked.export()
    unlisted = export.path.with_name("buyers-2024-03-01T09-00-00Z-0123abcd.csv")
    foreign = export.path.with_name("notes.csv")
    for path in (unlisted, foreign):
        path.write_text("x")

    assert ticked.sweep(keep=30, after=1) == 1
    assert export.path.exists()
    assert foreign.exists()
    assert not unlisted.exists()
