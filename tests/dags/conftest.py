"""One Airflow without servers for all tests here, a project and a WalkMe for each.

Airflow lives in a process of its own: its settings are read when it is imported, and
its warnings are not ours.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headcount.runtime.home import AirflowHome
from headcount.runtime.rehearsal import DagRun, Rehearsal, rehearsing
from headcount.standins.process import LOGIN, PASSWORD, StandIn

TICK = datetime(2024, 6, 30, 0, 15, tzinfo=UTC)
A_MOMENT = timedelta(seconds=5)
EVALUATE = "evaluate_segments"
SETTINGS = """
systems:
  crm: {{guid: 1e5afe51-2d2a-4b22-a60a-cf2d6c01d726, timezone: Europe/Berlin}}
sources:
  - {{name: app, system: crm, path: landing/*.ndjson, format: native}}
destinations:
  walkme:
    {{type: walkme, connection: walkme_default, base_url: {url}, stand_in: true}}
segments: segments/
exports: {{subscriptions: [{{segment: buyers, format: csv, every: day}}]}}
"""
SEGMENTS = {
    "buyers": "name: Buyers\nsystem: crm\nrules: [{event: buy}]\n"
    "destinations: [walkme]\n",
    "lookers": "name: Lookers\nsystem: crm\nrules: [{not: {event: buy}}]\n"
    "destinations: [walkme]\n",
}


@dataclass(frozen=True, slots=True)
class SmallProject:
    """Two segments, one destination, one source."""

    folder: Path

    def land(self, name: str, *events: tuple[str, str, datetime]) -> None:
        """A file of events, each of a user, a name and an instant."""
        lines = [
            json.dumps({"user_id": u, "event": e, "timestamp": at.isoformat()})
            for u, e, at in events
        ]
        path = self.folder / "landing" / f"{name}.ndjson"
        path.write_text("".join(f"{line}\n" for line in lines))

    def describe(self, user: str, **attributes: str) -> None:
        """A file with attributes of a user, as they were at the first tick."""
        told = {"type": "attributes", "user_id": user, "timestamp": TICK.isoformat()}
        path = self.folder / "landing" / f"{user}.ndjson"
        path.write_text(json.dumps(told | {"attributes": attributes}) + "\n")

    def define(self, segment_id: str, text: str) -> None:
        """A definition's file."""
        (self.folder / "segments" / f"{segment_id}.yaml").write_text(text)

    def break_pushes(self) -> None:
        """Pushes of the buyers fail: their segment is to be one that cannot be."""
        wrong = SEGMENTS["buyers"].replace("[walkme]", "[{walkme: {remote_id: x}}]")
        self.define("buyers", wrong)


@dataclass(frozen=True, slots=True)
class Bench:
    """A small project, the Airflow that works on it, and where its pushes go."""

    project: SmallProject
    airflow: Rehearsal
    walkme: StandIn

    @property
    def folder(self) -> Path:
        """The project's."""
        return self.project.folder

    def run(self, dag_id: str, at: datetime = TICK, **conf: Any) -> DagRun:
        """A finished run of the DAG, a moment after the tick `at`."""
        return self.airflow.run(
            dag_id, at=at, now=at + A_MOMENT, conf=conf, project=self.folder
        )


@pytest.fixture(scope="session")
def connections():
    """Airflow's, as its environment holds them."""
    login = {"conn_type": "walkme", "login": LOGIN, "password": PASSWORD}
    return {"walkme_default": json.dumps(login)}


@pytest.fixture(scope="session")
def home(tmp_path_factory, connections):
    folder = tmp_path_factory.mktemp("dags")
    return AirflowHome(folder / "airflow", folder, connections)


@pytest.fixture(scope="session")
def airflow(home):
    with rehearsing(home) as airflow:
        yield airflow


@pytest.fixture
def walkme(lasting_walkme):
    lasting_walkme.forget()
    return lasting_walkme


@pytest.fixture
def project(walkme, tmp_path):
    return settled(tmp_path, walkme)


@pytest.fixture
def bench(airflow, walkme, project):
    land_first(project)
    return Bench(project, airflow, walkme)


@pytest.fixture(scope="session")
def evaluated(airflow, lasting_walkme, tmp_path_factory):
    """The folder of such a project after its first tick, for tests to copy."""
    project = settled(tmp_path_factory.mktemp("evaluated"), lasting_walkme)
    land_first(project)
    assert Bench(project, airflow, lasting_walkme).run(EVALUATE).state == "success"
    return project.folder


@pytest.fixture
def ticked(bench, evaluated):
    """The bench after its first tick; nothing was pushed yet."""
    shutil.copytree(evaluated, bench.folder, dirs_exist_ok=True)
    return bench


def settled(folder, walkme):
    """The small project in `folder`, without a file that landed."""
    for part in ("landing", "segments"):
        (folder / part).mkdir()
    (folder / "headcount.yaml").write_text(SETTINGS.format(url=walkme.url))
    project = SmallProject(folder)
    for segment_id, text in SEGMENTS.items():
        project.define(segment_id, text)
    return project


def land_first(project):
    an_hour_ago = TICK - timedelta(hours=1)
    looks = [(user, "look", an_hour_ago) for user in "bc"]
    project.land("first", ("ann", "buy", an_hour_ago), *looks)
