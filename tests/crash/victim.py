"""The process that is killed: `python -m tests.crash.victim PROJECT LANDING STEP`.

Ingests the corpus that lies in LANDING into the store of PROJECT, or with `retract` as
fourth argument takes one of its files out again. It kills itself before the given step,
a named statement or a commit, when STEP is above 0. With `torn` as fourth argument it
has a planted fault: each statement is a transaction of its own.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb

from headcount.ingest.retract import retract_file
from headcount.ingest.sources import ingest_sources
from headcount.store.warehouse import Warehouse
from tests.crash.corpus import NOW, SETTINGS

STORE = "warehouse/headcount.duckdb"
FIRST = "landing/app/1.ndjson.gz"  # shares rows with the second, and has a duplicate


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


def mortal(project: Path) -> MortalWarehouse:
    """The project's store, in one thread: strace counts the calls of each by itself."""
    return MortalWarehouse.open(project / STORE, wait_s=5, threads=1)


def ingest(project: Path, landing: Path) -> int:
    """The project's store has taken in all files; the number of steps it took."""
    MortalWarehouse.steps = 0
    with mortal(project) as warehouse:
        ingest_sources(warehouse, SETTINGS, landing, now=NOW)
    return MortalWarehouse.steps


def retract(project: Path, landing: Path) -> int:
    """The first file is taken out of the project's store; the number of steps."""
    MortalWarehouse.steps = 0
    with mortal(project) as warehouse:
        retract_file(
            warehouse,
            SETTINGS,
            landing,
            file=FIRST,
            now=NOW,
            progress=lambda path, rows: None,
        )
    return MortalWarehouse.steps


def begin(parent: Connection, *arguments: str) -> None:
    """Says that it is there, and when it is told to, does what `main` does."""
    parent.send("")
    parent.recv()
    main(*arguments)


def main(project: str, landing: str, step: str, *how: str) -> None:
    """Takes in the corpus or one file out."""
    MortalWarehouse.last_step = int(step)
    MortalWarehouse.is_torn = "torn" in how
    act = retract if "retract" in how else ingest
    act(Path(project), Path(landing))


if __name__ == "__main__":
    main(*sys.argv[1:])
