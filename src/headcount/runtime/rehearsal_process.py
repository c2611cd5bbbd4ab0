"""The process behind `rehearsal`: it holds Airflow, reads requests, writes answers.

One JSON object a line each way, over the socket whose number is the one argument.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.dagrun import DagRun


def main() -> None:
    """Answer requests until there are no more."""
    with socket.socket(fileno=int(sys.argv[1])) as line, line.makefile("rw") as talk:
        _migrate()
        answer = {"import_errors": _read_dags().import_errors}
        print(json.dumps(answer), file=talk, flush=True)
        for request in talk:
            answer = _run(json.loads(request))
            print(json.dumps(answer, default=str), file=talk, flush=True)


def _migrate() -> None:
    """Leave a metadata database of this version."""
    from airflow.utils.db import initdb

    initdb()


def _read_dags() -> DagBag:
    """The DAGs of the configured folder, without retries.

    Read anew for each run: a run's conf stays in the parameters of the DAG it ran.
    """
    from airflow.configuration import conf
    from airflow.dag_processing.dagbag import DagBag

    folder = conf.get_mandatory_value("core", "dags_folder")
    dags = DagBag(dag_folder=folder, bundle_path=None, bundle_name="dags-folder")
    for task in chain.from_iterable(dag.tasks for dag in dags.dags.values()):
        task.retries = 0
    return dags


def _run(request: dict[str, Any]) -> dict[str, Any]:
    os.environ.update(request["variables"])
    started = time.monotonic()
    at = request["at"] and datetime.fromisoformat(request["at"])
    dag = _read_dags().dags[request["dag_id"]]
    run = dag.test(logical_date=at, run_conf=request["conf"])
    return {
        "dag_id": request["dag_id"],
        "state": str(run.state),
        "seconds": round(time.monotonic() - started, 3),
        "tasks": {_name(task): str(task.state) for task in run.get_task_instances()},
        "returned": _returned(run),
    }


def _returned(run: DagRun) -> dict[str, Any]:
    from airflow.models.xcom import XCOM_RETURN_KEY, XComModel
    from airflow.utils.session import create_session

    returned = XComModel.get_many(
        run_id=run.run_id, dag_ids=run.dag_id, key=XCOM_RETURN_KEY
    )
    with create_session() as session:
        rows = session.scalars(returned)
        return {_name(row): XComModel.deserialize_value(row) for row in rows}


def _name(row: Any) -> str:
    """A task's id, with its number behind it when it is mapped."""
    return row.task_id if row.map_index < 0 else f"{row.task_id}[{row.map_index}]"


if __name__ == "__main__":
    main()
    # All is committed; taking so many modules apart would cost two more seconds.
    sys.stdout.flush()
    os._exit(0)
