"""One Airflow without servers for all tests here, a project and a WalkMe for each.

Airflow lives in a process of its own: its settings are read when it is imported, and
its warnings are not ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headcount.runtime.home import AirflowHome
from headcount.runtime.rehearsal import DagRun, Rehearsal, rehearsing
from headcount.standins.process import LOGIN, PASSWORD, StandIn, running_standin

TICK = datetime(2024, 6, 30, 0, 15, tzinfo=UTC)
A_MOMENT = timedelta(seconds=5)
CONNECTIONS = {
    "walkme_default": json.dumps(
        {"conn_type": "walkme", "login": LOGIN, "password": PASSWORD}
    )
}
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
class Bench:
    """A small project, the Airflow that works on it, and where its pushes go."""

    project: Path
    airflow: Rehearsal
    walkme: StandIn

    def land(self, name: str, *events: tuple[str, str, datetime]) -> None:
        """A file of events, each of a user, a name and an instant."""
        lines = [
            json.dumps({"user_id": u, "event": e, "timestamp": at.isoformat()})
            for u, e, at in events
        ]
        path = self.project / "landing" / f"{name}.ndjson"
        path.write_text("".join(f"{line}\n" for line in lines))

    def define(self, segment_id: str, text: str) -> None:
        """A definition's file."""
        (self.project / "segments" / f"{segment_id}.yaml").write_text(text)

    def run(self, dag_id: str, at: datetime = TICK, **conf: str) -> DagRun:
        """A finished run of the DAG, a moment after the tick `at`."""
        return self.airflow.run(
            dag_id, at=at, now=at + A_MOMENT, conf=conf, project=self.project
        )


@pytest.fixture(scope="session")
def airflow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dags")
    home = AirflowHome(folder / "airflow", folder, CONNECTIONS)
    with rehearsing(home) as airflow:
        yield airflow


@pytest.fixture
def walkme():
    with running_standin("walkme") as walkme:
        yield walkme


@pytest.fixture
def bench(airflow, walkme, tmp_path):
    for folder in ("landing", "segments"):
        (tmp_path / folder).mkdir()
    settings = SETTINGS.format(url=walkme.url)
    (tmp_path / "headcount.yaml").write_text(settings)
    bench = Bench(tmp_path, airflow, walkme)
    for segment_id, text in SEGMENTS.items():
        bench.define(segment_id, text)
    an_hour_ago = TICK - timedelta(hours=1)
    bench.land(
        "first", ("ann", "buy", an_hour_ago), *[(u, "look", an_hour_ago) for u in "bc"]
    )
    return bench
