"""The demo: two ticks of the real DAGs on a copy of the sample project.

Nothing is played: Airflow runs the DAGs in a process and home of its own, pushes go
over HTTP to a stand-in for WalkMe in another process, and what is left is a project
like any other. The clock is set to just after the sample data's last event.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from headcount.demo.report import DemoReport, Pushed, SegmentLine
from headcount.errors import UsageError
from headcount.resources import folder
from headcount.runtime.home import AirflowHome, program
from headcount.runtime.rehearsal import Rehearsal, rehearsing
from headcount.samples.webhook import arrivals, write_file
from headcount.standins.process import StandIn, running_standin

FIRST_TICK = datetime(2024, 6, 30, 0, 15, tzinfo=UTC)
SECOND_TICK = FIRST_TICK + timedelta(minutes=15)
A_MOMENT = timedelta(seconds=5)
ARRIVALS = "landing/walkme/crm-arrivals.ndjson.gz"
MARKER = ".headcount-demo"
IN_ORDER = (
    "ingest_events",
    "evaluate_segments",
    "push_memberships",
    "export_segments",
)

Say = Callable[[str], None]


class FolderNotEmptyError(UsageError):
    """The demo is not told to write over something that no demo made."""

    kind = "folder_not_empty"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is not empty and not of a demo; name another folder")


@dataclass(frozen=True, slots=True)
class _Tick:
    """What the DAGs of one tick gave back."""

    at: datetime
    segments: Mapping[str, Mapping[str, Any]]
    pushes: Mapping[str, Mapping[str, Any]]


def run_demo(scratch: Path | None = None, *, say: Say) -> DemoReport:
    """A project in `scratch` has gone through two ticks; what it came to.

    Without `scratch` in a new temporary folder. A second demo in the same folder begins
    anew. Each step is told to `say`. Raises DagRunError when a DAG does not succeed.
    """
    started = time.monotonic()
    scratch = _prepare(scratch)
    project = scratch / "project"
    say(f"a copy of the sample project is in {project}")
    with running_standin("walkme") as walkme:
        say(f"a stand-in for WalkMe answers at {walkme.url}")
        _copy_project(project, walkme)
        home = AirflowHome(scratch / "airflow", project, _connections(walkme))
        with rehearsing(home) as airflow:
            first = _run_tick(airflow, FIRST_TICK, say)
            lines = arrivals(SECOND_TICK)
            write_file(project / ARRIVALS, lines)
            say(f"{len(lines)} new events landed")
            second = _run_tick(airflow, SECOND_TICK, say)
            _export(airflow, say)
            _run(airflow, "maintain_warehouse", SECOND_TICK, say)
        segments = _lines(first, second, walkme)
    return DemoReport(
        ticks=(FIRST_TICK, SECOND_TICK),
        seconds=round(time.monotonic() - started, 1),
        segments=segments,
        project=project,
        exports=tuple(sorted((project / "exports").glob("[!.]*"))),
        airflow_log=home.folder / "airflow.log",
        program=program(),
    )


def _prepare(scratch: Path | None) -> Path:
    """An empty folder with the demo's mark in it."""
    if scratch is None:
        scratch = Path(tempfile.mkdtemp(prefix="headcount-demo-"))
    elif scratch.exists() and any(scratch.iterdir()):
        if not (scratch / MARKER).exists():
            raise FolderNotEmptyError(scratch)
        for part in ("project", "airflow"):
            shutil.rmtree(scratch / part, ignore_errors=True)
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / MARKER).touch()
    return scratch.resolve()


def _copy_project(project: Path, walkme: StandIn) -> None:
    """The sample project, with WalkMe's address replaced by the stand-in's."""
    sample = folder("data")
    for part in ("landing", "segments"):
        shutil.copytree(sample / part, project / part)
    settings = (sample / "headcount.yaml").read_text()
    ours = f"base_url: {walkme.url}, stand_in: true"
    settings = settings.replace("base_url: https://api.walkme.com", ours)
    (project / "headcount.yaml").write_text(settings)


def _connections(walkme: StandIn) -> dict[str, str]:
    """Airflow's connections, as it takes them from its environment."""
    login = {"login": walkme.login, "password": walkme.password}
    return {"walkme_default": json.dumps({"conn_type": "walkme", **login})}


def _run_tick(airflow: Rehearsal, at: datetime, say: Say) -> _Tick:
    """One run of each DAG a tick sets off, in the order that assets would."""
    _, evaluated, pushed, _ = [_run(airflow, dag_id, at, say) for dag_id in IN_ORDER]
    segments = {s["segment_id"]: s for s in evaluated["evaluate"]["segments"]}
    pushes = {
        push["segment_id"]: push
        for task, report in pushed.items()
        if task.startswith("push[")
        for push in report["pushes"]
    }
    return _Tick(at, segments, pushes)


def _run(
    airflow: Rehearsal, dag_id: str, at: datetime, say: Say, **conf: Any
) -> Mapping[str, Any]:
    run = airflow.require(dag_id, at=at, now=at + A_MOMENT, **conf)
    say(f"{at:%H:%M} {dag_id}: {len(run.tasks)} tasks, {run.seconds:.1f} s")
    return run.returned


def _export(airflow: Rehearsal, say: Say) -> None:
    """What the form of the export DAG does, for one segment by hand."""
    asked = {"segment": "clicked-spring-release", "format": "xlsx"}
    _run(airflow, "export_segments", SECOND_TICK, say, **asked)


def _lines(first: _Tick, second: _Tick, walkme: StandIn) -> tuple[SegmentLine, ...]:
    held = {s["external_id"]: len(s["user_ids"]) for s in walkme.read_segments()}
    return tuple(
        SegmentLine(
            segment_id=segment_id,
            system=segment["system"],
            status=segment["status"],
            members=segment["members"],
            members_before=first.segments[segment_id]["members"],
            entered=segment["entered"],
            exited=segment["exited"],
            pushed=_pushed(second.pushes.get(segment_id), held.get(segment_id)),
        )
        for segment_id, segment in second.segments.items()
    )


def _pushed(push: Mapping[str, Any] | None, held: int | None) -> Pushed | None:
    if held is None:
        return None
    counted = {name: (push or {}).get(name, 0) for name in ("added", "removed")}
    return Pushed(**counted, requests=(push or {}).get("requests", 0), held=held)
