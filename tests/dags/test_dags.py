"""The five DAGs as Airflow runs them, task by task."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from headcount.resources import folder

pytestmark = pytest.mark.airflow

TICK = datetime(2024, 6, 30, 0, 15, tzinfo=UTC)
NEXT = TICK + timedelta(minutes=15)


def members(report):
    return {s["segment_id"]: s["members"] for s in report["segments"]}


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*.parquet")}


def test_folder_imports(airflow):
    assert airflow.import_errors == {}


def test_reading_the_folder_loads_nothing_heavy(home):
    """Airflow reads each file again and again, and before each of its tasks."""
    script = (
        "import runpy, sys\n"
        "for path in sys.argv[1:]: runpy.run_path(path)\n"
        "assert {'duckdb', 'polars'}.isdisjoint(sys.modules)"
    )
    paths = map(str, folder("dags").glob("*.py"))

    subprocess.run(
        [sys.executable, "-c", script, *paths], env=home.environment(), check=True
    )


def test_ingest_takes_in_what_landed(bench):
    run = bench.run("ingest_events")

    assert run.state == "success"
    assert run.returned["ingest"]["accepted"] == 3


def test_ingest_is_red_when_a_file_is_refused(bench):
    bench.project.land("second", ("dan", "look", TICK - timedelta(hours=2)))
    (bench.folder / "landing" / "bad.ndjson").write_text("no\n" * 200)

    run = bench.run("ingest_events")

    assert run.tasks == {"ingest": "success", "require_all_good": "failed"}
    assert run.returned["ingest"]["accepted"] == 4


def test_the_tick_is_the_end_of_the_interval(bench):
    bench.project.land(
        "edge", ("eve", "buy", TICK), ("fay", "buy", TICK - timedelta(seconds=1))
    )

    report = bench.run("evaluate_segments").returned["evaluate"]

    assert report["at"] == "2024-06-30T00:15:00Z"
    assert members(report) == {"buyers": 2, "lookers": 2}
    assert (bench.folder / "analytics.duckdb").exists()


def test_a_tick_measures_new_conditions(ticked):
    with duckdb.connect(ticked.folder / "analytics.duckdb", read_only=True) as analysts:
        query = "SELECT DISTINCT segment_id FROM condition_sizes ORDER BY ALL"
        assert analysts.sql(query).fetchall() == [("buyers",), ("lookers",)]


def test_a_run_by_hand_is_for_the_last_quarter_hour(bench):
    now = datetime.now(UTC)

    run = bench.airflow.run(
        "evaluate_segments",
        at=None,
        now=now + timedelta(minutes=1),
        project=bench.folder,
    )

    at = datetime.fromisoformat(run.returned["evaluate"]["at"])
    assert timedelta(0) <= datetime.now(UTC) - at < timedelta(minutes=16)
    assert at.minute % 15 == at.second == at.microsecond == 0


def test_a_repeated_tick_changes_nothing_and_sends_nothing(ticked):
    ticked.run("push_memberships")
    before, requests = files(ticked.folder), len(ticked.walkme.read_requests())

    again = ticked.run("evaluate_segments").returned["evaluate"]
    push = ticked.run("push_memberships")

    assert files(ticked.folder) == before
    assert [s["entered"] for s in again["segments"]] == [1, 2]
    assert push.state == "success"
    assert push.tasks["push"] == "skipped"
    assert len(ticked.walkme.read_requests()) == requests


def test_an_older_tick_is_filled_once_and_pushes_nothing(bench):
    bench.run("evaluate_segments", NEXT)
    before = files(bench.folder)

    filled = bench.run("evaluate_segments", TICK)
    after = files(bench.folder)
    again = bench.run("evaluate_segments", TICK)

    assert members(filled.returned["evaluate"]) == {"buyers": 1, "lookers": 2}
    assert before.items() < after.items()
    assert again.state == "success"
    assert again.tasks["evaluate"] == again.tasks["publish"] == "skipped"
    assert files(bench.folder) == after


def test_an_older_tick_is_told_again_when_the_run_is_asked_to(bench):
    bench.run("evaluate_segments", TICK)
    bench.run("evaluate_segments", NEXT)

    run = bench.run("evaluate_segments", TICK, restate=True)

    assert members(run.returned["evaluate"]) == {"buyers": 1, "lookers": 2}


def test_one_faulty_definition_holds_nothing_else_up(ticked):
    faulty = "name: Lookers\nsystem: crm\nrules: [{evnt: buy}]\n"
    ticked.project.define("lookers", faulty)
    ticked.project.land("second", ("ben", "buy", TICK + timedelta(minutes=1)))

    run = ticked.run("evaluate_segments", NEXT)

    assert run.state == "failed"
    assert run.tasks["require_all_good"] == "failed"
    assert {state for task, state in run.tasks.items() if "require" not in task} == {
        "success"
    }
    assert members(run.returned["evaluate"]) == {"buyers": 2, "lookers": 2}


def test_push_tells_who_entered_and_who_left(ticked):
    first = ticked.run("push_memberships")
    ticked.project.land("second", ("b", "buy", TICK + timedelta(minutes=1)))
    ticked.run("evaluate_segments", NEXT)
    second = ticked.run("push_memberships", NEXT)

    assert first.tasks["push[1]"] == second.tasks["push[1]"] == "success"
    sent = [second.returned[f"push[{n}]"] for n in (0, 1)]
    assert [(s["added"], s["removed"], s["requests"]) for s in sent] == [
        (1, 0, 1),
        (0, 1, 1),
    ]
    assert ticked.walkme.read_members("buyers") == ["ann", "b"]
    assert ticked.walkme.read_members("lookers") == ["c"]


def test_a_failed_push_makes_the_run_red_and_stops_no_other(bench):
    bench.project.break_pushes()
    bench.run("evaluate_segments")

    run = bench.run("push_memberships")

    assert run.state == "failed"
    assert run.tasks == {
        "due": "success",
        "push[0]": "failed",
        "push[1]": "success",
        "alert": "success",
        "publish": "success",
    }
    assert bench.walkme.read_members("lookers") == ["b", "c"]


def test_a_held_push_is_skipped_and_the_run_is_green(ticked):
    ticked.run("push_memberships")
    nobody = (ticked.folder / "segments" / "buyers.yaml").read_text()
    ticked.project.define("buyers", nobody.replace("buy}", "never}"))
    ticked.run("evaluate_segments", NEXT)

    run = ticked.run("push_memberships", NEXT)

    assert run.state == "success"
    assert run.tasks == {
        "due": "success",
        "push[0]": "skipped",
        "alert": "success",
        "publish": "success",
    }
    assert ticked.walkme.read_members("buyers") == ["ann"]


def test_operators_are_told_of_a_failed_push_and_the_run_stays_red(bench, workstation):
    told = {"type": "walkme-notification", "connection": "walkme_default", "to": "dana"}
    told |= {"on": "push-failed", "template_id": "75cfcba6-c320-42cb-938e-4c2bd08a43a3"}
    settings = bench.folder / "headcount.yaml"
    entry = json.dumps(told | {"base_url": workstation.url})
    text = settings.read_text()
    settings.write_text(text.replace("segments:", f"  alarm: {entry}\nsegments:"))
    bench.project.break_pushes()
    bench.run("evaluate_segments")

    run = bench.run("push_memberships")

    (shown,) = workstation.read_notifications()
    assert (run.state, run.tasks["alert"]) == ("failed", "success")
    assert run.returned["alert"]["added"] == 1
    assert shown["endUsersIds"] == ["dana"]
    assert "walkme: buyers: " in shown["runtimeDescription"]


def test_export_by_hand_leaves_a_file(ticked):

    run = ticked.run("export_segments", segment="lookers", format="xlsx")

    assert run.state == "success"
    made = (ticked.folder / "exports").glob("lookers*")
    assert [path.suffix for path in made] == [".xlsx"]


def test_export_by_hand_has_attributes_and_the_table(ticked):
    ticked.project.describe("ann", plan="trial")
    ticked.run("evaluate_segments", NEXT)
    asked = {"segment": "buyers", "attributes": ["plan"], "table": True}

    run = ticked.run("export_segments", NEXT, **asked)

    members, table = (
        Path(one["file"]).read_text().splitlines()
        for one in run.returned["export"]["exports"]
    )
    assert members[1].endswith("trial")
    assert len(table) == 3


def test_export_of_a_past_instant(ticked):
    ticked.project.land("second", ("b", "buy", TICK + timedelta(minutes=1)))
    ticked.run("evaluate_segments", NEXT)
    asked = {"segment": "buyers", "format": "csv"}

    exports = [
        ticked.run("export_segments", NEXT, **asked, **past).returned["export"]
        for past in ({"as_of": TICK.isoformat()}, {})
    ]

    assert [one["exports"][0]["rows"] for one in exports] == [1, 2]


def test_export_makes_subscriptions_once_a_day(bench):
    for at in (TICK, NEXT):
        bench.run("evaluate_segments", at)
        assert bench.run("export_segments", at).state == "success"

    assert len(list((bench.folder / "exports").glob("buyers*.csv"))) == 1


def test_maintain_sweeps_what_killed_runs_left(ticked):
    kept = files(ticked.folder)
    snapshots = ticked.folder / "snapshots" / "buyers"
    orphan = snapshots / "2024-01-01T00-00-00Z-000000000000.parquet"
    orphan.write_bytes(b"half")

    run = ticked.run("maintain_warehouse")

    assert run.state == "success"
    assert not orphan.exists()
    assert files(ticked.folder) == kept
