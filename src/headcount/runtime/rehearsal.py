"""Airflow without its servers: the real DAGs, one run after another.

A process of its own holds Airflow, so that the caller's process never imports it, and
what Airflow prints goes to a log file. Runs go through `dag.test()`: every task in that
process, no scheduler, no retries, and no runs that an asset would have started.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from headcount.errors import StateError
from headcount.runtime.home import AirflowHome

STOP_S = 10


class AirflowStoppedError(StateError):
    """The process that holds Airflow ended before it answered."""

    kind = "airflow"

    def __init__(self, log: Path) -> None:
        self.log = log
        super().__init__(f"Airflow ended without an answer; its last words: {log}")


class DagRunError(StateError):
    """A DAG's run did not succeed; holds the tasks that failed."""

    kind = "dag_run"

    def __init__(self, dag_id: str, failed: list[str], log: Path) -> None:
        self.dag_id = dag_id
        self.failed = failed
        self.log = log
        super().__init__(f"{dag_id}: {', '.join(failed)} failed; see {log}")


@dataclass(frozen=True, slots=True)
class DagRun:
    """One finished run: what each task came to, and what those that succeeded gave.

    Both by task id, with `[n]` behind it for the n-th of a mapped task.
    """

    dag_id: str
    state: str
    seconds: float
    tasks: Mapping[str, str]
    returned: Mapping[str, Any]


class Rehearsal:
    """A started Airflow that runs DAGs when asked; `rehearsing` makes one."""

    def __init__(self, ours: socket.socket, answers: IO[str], log: Path) -> None:
        self._socket = ours
        self._answers = answers
        self._log = log
        self.import_errors: dict[str, str] = self._answer()["import_errors"]

    def run(
        self,
        dag_id: str,
        *,
        at: datetime | None,
        now: datetime,
        conf: Mapping[str, Any] | None = None,
        project: Path | None = None,
    ) -> DagRun:
        """The finished run of `dag_id` for the logical date `at`, at the clock `now`.

        Without `at` as a run that was started by hand; without `project` on the home's.
        A run of the same date before it is run again. What state it ended in is the
        caller's to judge.
        """
        variables = {"HEADCOUNT_NOW": now.isoformat()}
        if project is not None:
            variables["HEADCOUNT_HOME"] = str(project)
        request = {
            "dag_id": dag_id,
            "at": at and at.isoformat(),
            "conf": dict(conf or {}),
            "variables": variables,
        }
        try:
            self._socket.sendall(f"{json.dumps(request)}\n".encode())
        except ConnectionError:
            raise AirflowStoppedError(self._log) from None
        return DagRun(**self._answer())

    def require(
        self, dag_id: str, *, at: datetime, now: datetime, **conf: Any
    ) -> DagRun:
        """As `run`, and raises DagRunError unless the run succeeded."""
        run = self.run(dag_id, at=at, now=now, conf=conf)
        if run.state != "success":
            failed = [task for task, state in run.tasks.items() if state == "failed"]
            raise DagRunError(dag_id, failed, self._log)
        return run

    def _answer(self) -> dict[str, Any]:
        try:
            line = self._answers.readline()
        except ConnectionError:
            line = ""
        if not line:
            raise AirflowStoppedError(self._log)
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def rehearsing(home: AirflowHome, **settings: str) -> Iterator[Rehearsal]:
    """An Airflow in `home` that runs DAGs, with a migrated metadata database."""
    home.prepare()
    log = home.folder / "airflow.log"
    ours, theirs = socket.socketpair()
    environment = home.environment(**settings)
    with (
        log.open("ab") as out,
        _started(theirs, environment, out),
        # Left first: the talk ends, the process sees that and goes.
        ours,
        ours.makefile("r") as answers,
    ):
        yield Rehearsal(ours, answers, log)


@contextmanager
def _started(
    theirs: socket.socket, environment: dict[str, str], out: IO[bytes]
) -> Iterator[None]:
    with theirs:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "headcount.runtime.rehearsal_process"),
                str(theirs.fileno()),
            ],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs.fileno(),),
            # Ctrl-C is for the caller, who then ends the talk.
            start_new_session=True,
        )
    try:
        yield
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
