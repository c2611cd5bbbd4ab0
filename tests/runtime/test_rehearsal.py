"""Real DAGs of a folder run one after another in a process that holds Airflow."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest

from headcount.runtime.home import AirflowHome
from headcount.runtime.rehearsal import AirflowStoppedError, DagRunError, rehearsing

pytestmark = pytest.mark.airflow

AT = datetime(2024, 6, 30, 0, 15, tzinfo=UTC)
NOW = AT + timedelta(seconds=5)
DAGS = """
    import os
    from datetime import datetime, timedelta, UTC
    from airflow.sdk import CronDataIntervalTimetable, dag, task

    EACH_QUARTER = CronDataIntervalTimetable("*/15 * * * *", timezone="UTC")
    BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)

    @dag(schedule=EACH_QUARTER, start_date=BEGINNING, catchup=False)
    def tells():
        @task
        def names(params=None):
            print("noise on stdout")
            return list(params.get("names", []))

        @task
        def tell(name, data_interval_end=None):
            now = os.environ["HEADCOUNT_NOW"]
            return [name, data_interval_end.isoformat(), now]

        tell.expand(name=names())

    @dag(schedule=None)
    def fails():
        @task(retries=2, retry_delay=timedelta(minutes=1))
        def refuse():
            raise ValueError("no")

        refuse()

    @dag(schedule=None)
    def ends():
        @task
        def leave():
            os._exit(3)

        leave()

    tells(), fails(), ends()
"""


@contextmanager
def started(folder):
    dags = folder / "dags"
    dags.mkdir()
    (dags / "dags.py").write_text(dedent(DAGS))
    home = AirflowHome(folder / "airflow", folder)
    with rehearsing(home, AIRFLOW__CORE__DAGS_FOLDER=str(dags)) as airflow:
        yield airflow


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    with started(tmp_path_factory.mktemp("rehearsal")) as airflow:
        yield airflow


def test_runs_say_what_came_of_them(airflow):
    run = airflow.run("tells", at=AT, now=NOW, conf={"names": ["a", "b"]})

    assert airflow.import_errors == {}
    assert run.state == "success"
    assert run.tasks == {"names": "success", "tell[0]": "success", "tell[1]": "success"}
    assert run.returned["tell[1]"] == ["b", AT.isoformat(), NOW.isoformat()]


def test_a_failed_run_names_its_tasks(airflow):
    with pytest.raises(DagRunError, match="fails: refuse failed"):
        airflow.require("fails", at=AT, now=NOW)

    assert airflow.require("tells", at=AT, now=NOW).returned == {"names": []}


def test_an_end_without_answer_is_told(tmp_path):
    with started(tmp_path) as airflow:
        with pytest.raises(AirflowStoppedError, match="last words"):
            airflow.run("ends", at=AT, now=NOW)
        with pytest.raises(AirflowStoppedError):
            airflow.run("tells", at=AT, now=NOW)
