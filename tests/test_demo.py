"""`headcount demo` shows the real thing, and leaves a project that others can open."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import duckdb
import polars as pl
import pytest

from headcount.cli import main
from headcount.demo import run_demo
from headcount.demo.run import MARKER, FolderNotEmptyError
from headcount.store.files import sha256_of
from tests.processes import processes_of

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def demo(tmp_path_factory, told):
    """A demo in the folder of an earlier one that was cut short."""
    scratch = tmp_path_factory.mktemp("demo")
    (scratch / MARKER).touch()
    (scratch / "project").mkdir()
    (scratch / "project" / "headcount.yaml").write_text("half a file")
    return run_demo(scratch, say=told.append)


@pytest.fixture(scope="module")
def lines(demo):
    return {line.segment_id: line for line in demo.segments}


def test_funnel_is_the_published_one(lines):
    steps = ("browsed", "added-to-cart", "in-cart", "bought")

    assert [lines[step].members for step in steps] == [600, 511, 431, 225]


def test_platforms_are_the_published_ones(lines):
    platforms = ("on-desktop", "on-mobile", "on-tablet")

    assert [lines[platform].members for platform in platforms] == [392, 297, 107]


def test_a_fixed_range_is_expired(lines):
    statuses = {line.segment_id: line.status for line in lines.values()}

    assert statuses.pop("first-week-of-june") == "Expired"
    assert set(statuses.values()) == {"Active"}


def test_second_tick_moves_people_in_and_out(lines):
    line = lines["clicked-spring-release"]

    assert (line.entered, line.exited) == (3, 2)
    assert line.members == line.members_before + 3 - 2


def test_only_differences_are_pushed(lines):
    pushed = [line for line in lines.values() if line.pushed]

    assert len(pushed) >= 8
    for line in pushed:
        assert (line.pushed.added, line.pushed.removed) == (line.entered, line.exited)
        assert line.pushed.requests == (line.entered > 0) + (line.exited > 0)
        assert line.pushed.held == line.members


def test_snapshots_are_what_their_manifests_say(demo):
    manifests = sorted(demo.snapshots.glob("*/manifest.json"))

    assert len(manifests) == len(demo.segments)
    for manifest in manifests:
        for snapshot in json.loads(manifest.read_text())["snapshots"]:
            path = manifest.with_name(Path(snapshot["file"]).name)
            assert sha256_of(path) == snapshot["sha256"]
            assert pl.read_parquet(path).height == snapshot["rows"]


def test_analysts_open_what_is_left(demo):
    with duckdb.connect(str(demo.analytics), read_only=True) as con:
        rows = con.execute(
            "SELECT segment_id, count(*) FROM memberships GROUP BY ALL"
        ).fetchall()

    assert dict(rows) == {
        line.segment_id: line.members for line in demo.segments if line.members
    }


def test_exports_are_csv_and_xlsx(demo):
    assert {path.suffix for path in demo.exports} == {".csv", ".xlsx"}
    assert all(path.stat().st_size for path in demo.exports)


def test_report_is_json(demo):
    document = json.loads(json.dumps(demo.to_json()))

    assert document["ticks"] == ["2024-06-30T00:15:00Z", "2024-06-30T00:30:00Z"]
    assert len(document["next"]) == 3


def test_next_commands_work(demo, capsys):
    for command in demo.next_commands:
        arguments = shlex.split(command.removeprefix(demo.program))

        assert main(arguments) == 0, capsys.readouterr().err

    told = capsys.readouterr().out
    assert "bought" in told
    assert "u-0012 is not in stuck-create-lead" in told


def test_progress_is_told(demo, told):
    assert [line for line in told if "00:30 push_memberships" in line]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_no_process_is_left(demo):
    assert processes_of(demo.project.parent) == []


def test_a_folder_of_others_is_not_touched(tmp_path):
    (tmp_path / "thesis.txt").touch()

    with pytest.raises(FolderNotEmptyError):
        run_demo(tmp_path, say=print)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
