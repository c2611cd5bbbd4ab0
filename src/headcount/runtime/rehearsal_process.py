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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.dagrun import DagRun


def main() -> None:
    """Answer requests until there are no more."""
    with socket.socket(fileno=int(sys.argv[1])) as line, line.makefile("rw") as talk:
        dags = _open_airflow()
        answer = {"import_errors": dags.import_errors}
        print(json.dumps(answer), file=talk, flush=True)
        for request in talk:
            answer = _run(dags, json.loads(request))
            print(json.dumps(answer, default=str), file=talk, flush=True)


def _open_airflow() -> DagBag:
    """The DAGs of the configured folder; the metadata database is migrated."""
    from airflow.configuration import conf
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils.db import initdb

    initdb()
    folder = conf.get_mandatory_value("core", "dags_folder")
    return DagBag(dag_folder=folder, bundle_path=None, bundle_name="dags-folder")


def _run(dags: DagBag, request: dict[str, Any]) -> dict[str, Any]:
    os.environ["HEADCOUNT_NOW"] = request["now"]
    started = time.monotonic()
    run = dags.dags[request["dag_id"]].test(
        logical_date=datetime.fromisoformat(request["at"]), run_conf=request["conf"]
    )
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
