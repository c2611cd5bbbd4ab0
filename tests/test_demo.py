"""`headcount demo` shows the real thing, and leaves a project that others can open."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path

import duckdb
import polars as pl
import pytest

from headcount.cli import main
from headcount.cli.demo import _result
from headcount.cli.terminal import terminal
from headcount.demo import run_demo
from headcount.demo.run import FolderNotEmptyError
from headcount.store.files import sha256_of
from tests.processes import processes_of

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def report(demo):
    return demo.report


@pytest.fixture(scope="module")
def lines(report):
    return {line.segment_id: line for line in report.segments}


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


def test_snapshots_are_what_their_manifests_say(report):
    manifests = sorted(report.snapshots.glob("*/manifest.json"))

    assert len(manifests) == len(report.segments)
    for manifest in manifests:
        for snapshot in json.loads(manifest.read_text())["snapshots"]:
            path = manifest.with_name(Path(snapshot["file"]).name)
            assert sha256_of(path) == snapshot["sha256"]
            assert pl.read_parquet(path).height == snapshot["rows"]


def test_analysts_open_what_is_left(report):
    with duckdb.connect(str(report.analytics), read_only=True) as con:
        rows = con.execute(
            "SELECT segment_id, count(*) FROM memberships GROUP BY ALL"
        ).fetchall()

    assert dict(rows) == {
        line.segment_id: line.members for line in report.segments if line.members
    }


def test_exports_are_csv_and_xlsx(report):
    assert {path.suffix for path in report.exports} == {".csv", ".xlsx"}
    assert all(path.stat().st_size for path in report.exports)


def test_page_shows_what_was_pushed_and_what_to_try_next(report):
    out = io.StringIO()
    for part in _result(report):
        terminal(out).print(part, soft_wrap=isinstance(part, str))

    page = out.getvalue()
    assert "+3 -2 = " in page
    _, _, after = page.partition("Try next:\n")
    assert tuple(line.strip() for line in after.strip().splitlines()) == (
        report.next_commands
    )


def test_next_commands_work(report, capsys):
    for command in report.next_commands:
        arguments = shlex.split(command.removeprefix(report.program))

        assert main(arguments) == 0, capsys.readouterr().err

    told = capsys.readouterr().out
    assert "bought" in told
    assert "u-0012 is not in stuck-create-lead" in told


def test_progress_is_told(demo):
    assert [line for line in demo.progress if "00:30 push_memberships" in line]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_no_process_is_left(report):
    assert processes_of(report.project.parent) == []


def test_a_folder_of_others_is_not_touched(tmp_path):
    (tmp_path / "thesis.txt").touch()

    with pytest.raises(FolderNotEmptyError):
        run_demo(tmp_path, say=print)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
