"""A whole tick under the real scheduler, from the landed file to the vendor."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

import pytest
from tests.processes import processes_of

from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import free_port, serving

pytestmark = pytest.mark.e2e

BRISK = {
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
}
WITHIN_S = 180
FINISHED = {"success", "failed"}
COUNTS = {"segments": 2, "failed": 0, "members": 2, "entered": 2, "exited": 0}


class Api:
    """Airflow's REST API, logged in."""

    def __init__(self, address):
        self._url = address.url
        login = {"username": "admin", "password": address.password}
        self._headers = {"Content-Type": "application/json"}
        token = self.call("/auth/token", login)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def call(self, path, body=None):
        content = None if body is None else json.dumps(body).encode()
        request = Request(self._url + path, content, self._headers)
        with urlopen(request, timeout=30) as reply:
            return json.load(reply)

    def wait_for_run(self, dag_id):
        """The first finished run of the DAG."""
        end = time.monotonic() + WITHIN_S
        while time.monotonic() < end:
            runs = self.call(f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"]
            finished = [run for run in runs if run["state"] in FINISHED]
            if finished:
                return finished[0]
            time.sleep(0.3)
        raise TimeoutError(dag_id)

    def asset_events(self):
        """What tasks said of the assets they made, in any order."""
        events = self.call("/api/v2/assets/events")["asset_events"]
        return [event["extra"] for event in events]

    def tasks(self, run):
        """The tasks of a run: state by id and what was mapped."""
        path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
        return {
            (task["task_id"], task["rendered_map_index"]): task["state"]
            for task in self.call(path)["task_instances"]
        }


@pytest.fixture
def api(project, tmp_path, connections):
    home = AirflowHome(tmp_path / "airflow", project.folder, connections)
    with serving(home, port=free_port(), triggerer=False, **BRISK) as airflow:
        yield Api(airflow.address)
    assert processes_of(home.folder) == []


def test_a_tick_goes_from_file_to_vendor(project, walkme, request):
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    project.land("now", ("ann", "buy", an_hour_ago), ("ben", "look", an_hour_ago))

    api = request.getfixturevalue("api")
    evaluated = api.wait_for_run("evaluate_segments")
    pushed = api.wait_for_run("push_memberships")

    assert evaluated["state"] == pushed["state"] == "success"
    assert api.tasks(pushed) == {
        ("due", None): "success",
        ("push", "walkme buyers"): "success",
        ("push", "walkme lookers"): "success",
        ("alert", None): "success",
        ("publish", None): "success",
    }
    assert any(COUNTS.items() <= told.items() for told in api.asset_events())
    assert walkme.read_members("buyers") == ["ann"]
    assert walkme.read_members("lookers") == ["ben"]
    others = ("ingest_events", "export_segments", "maintain_warehouse")
    assert {api.wait_for_run(dag_id)["state"] for dag_id in others} == {"success"}
