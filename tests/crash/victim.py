"""The process that is killed: `python -m tests.crash.victim PROJECT LANDING STEP`.

Ingests the corpus that lies in LANDING into the store of PROJECT. It kills itself
before the given step, a named statement or a commit, when STEP is above 0. With `torn`
as fourth argument it has a planted fault: each statement is a transaction of its own.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from headcount.ingest.sources import ingest_sources
from headcount.store.warehouse import Warehouse
from tests.crash.corpus import NOW, SETTINGS

STORE = "warehouse/headcount.duckdb"
READY = b"ready\n"


class MortalWarehouse(Warehouse):
    """A store whose process is killed at the given step of its work."""

    steps = 0
    last_step = 0
    is_torn = False

    def execute(self, name: str, params: Any = None) -> None:
        self._step()
        super().execute(name, params)

    def rows(self, name: str, params: Any = None) -> list[tuple[Any, ...]]:
        self._step()
        return super().rows(name, params)

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if self.is_torn:
            yield self.con
            return
        with super().transaction() as con:
            yield con
            self._step()  # all is written, nothing is committed
        self._step()

    @classmethod
    def _step(cls) -> None:
        cls.steps += 1
        if cls.steps == cls.last_step:
            os.kill(os.getpid(), signal.SIGKILL)


def ingest(project: Path, landing: Path) -> int:
    """The project's store has taken in all files; the number of steps it took."""
    MortalWarehouse.steps = 0
    with MortalWarehouse.open(project / STORE, wait_s=5) as warehouse:
        ingest_sources(warehouse, SETTINGS, landing, now=NOW)
    return MortalWarehouse.steps


def main(project: str, landing: str, step: str, *faults: str) -> None:
    """Says when it begins, and takes in the corpus."""
    os.write(sys.stdout.fileno(), READY)
    MortalWarehouse.last_step = int(step)
    MortalWarehouse.is_torn = "torn" in faults
    ingest(Path(project), Path(landing))


if __name__ == "__main__":
    main(*sys.argv[1:])
