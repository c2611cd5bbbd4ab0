"""Airflow's REST API, as tests of real servers ask it."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from urllib.parse import urlencode
from urllib.request import Request, urlopen

WITHIN_S = 180
FINISHED = {"success", "failed"}


class Api:
    """Airflow's REST API, logged in."""

    def __init__(self, address):
        self._url = address.url
        login = {"username": "admin", "password": address.password}
        self._headers = {"Content-Type": "application/json"}
        token = self.call("/auth/token", login)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def call(self, path, body=None):
        """The answer to a GET, or with a body to a POST."""
        content = None if body is None else json.dumps(body).encode()
        request = Request(self._url + path, content, self._headers)
        with urlopen(request, timeout=30) as reply:
            return json.load(reply)

    def count_runs(self, **asked):
        """How many runs of all DAGs there are, say of `state="failed"`."""
        query = urlencode({**asked, "limit": 1})
        return self.call(f"/api/v2/dags/~/dagRuns?{query}")["total_entries"]

    def start_run(self, dag_id, run_id, *, logical_date, begin, end):
        """A run for the interval is queued."""
        body = {
            "dag_run_id": run_id,
            "logical_date": logical_date.isoformat(),
            "data_interval_start": begin.isoformat(),
            "data_interval_end": end.isoformat(),
        }
        self.call(f"/api/v2/dags/{dag_id}/dagRuns", body)

    def state_of(self, dag_id, run_id):
        """The state of one run."""
        return self.call(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"]

    def durations(self, dag_id):
        """Seconds that its newest successful tasks took, by their id."""
        asked = {"state": "success", "limit": 100, "order_by": "-start_date"}
        path = f"/api/v2/dags/{dag_id}/dagRuns/~/taskInstances?{urlencode(asked)}"
        found = defaultdict(list)
        for task in self.call(path)["task_instances"]:
            found[task["task_id"]].append(task["duration"])
        return found

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
