"""A whole tick under the real scheduler, from the landed file to the vendor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.airflow_api import Api
from tests.processes import processes_of

from headcount.runtime.home import AirflowHome
from headcount.runtime.servers import free_port, serving

pytestmark = pytest.mark.e2e

BRISK = {
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
}
COUNTS = {"segments": 2, "failed": 0, "members": 2, "entered": 2, "exited": 0}


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
