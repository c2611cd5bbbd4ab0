"""DuckDB: one query a segment on a table in the order of event, user and time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from headcount.rules.compile import Plan
from headcount.store.warehouse import SESSION
from tests.benchmarks.database import run
from tests.benchmarks.generator import Columns
from tests.benchmarks.peers.base import Scene
from tests.benchmarks.peers.sql import Dialect, translate

MEMORY_LIMIT = "70%"
DIALECT = Dialect(
    contains="contains({}, {})",
    starts_with="starts_with({}, {})",
    ends_with="ends_with({}, {})",
    matches="regexp_matches({}, {})",
    quotient="(({}) // {})",
    escapes={"'": "''"},
)


class DuckDB:
    """A database file, its pages in the buffer pool after a first round."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self._names = names
        self._con = _connected(folder)

    @classmethod
    def load(cls, folder: Path, columns: Columns) -> None:
        """The events are a table, sorted; the users another."""
        con = _connected(folder)
        run(con, "duckdb/create_events", files=str(columns.events / "*.parquet"))
        run(con, "duckdb/create_users", file=str(columns.users))
        con.close()

    def add(self, columns: Columns) -> None:
        """The arrival lies behind the other events, sorted."""
        run(self._con, "duckdb/add_events", files=str(columns.events / "*.parquet"))
        run(self._con, "duckdb/create_users", file=str(columns.users))
        self._names = columns.read_names()

    def translate(self, plan: Plan, at: datetime) -> str:
        """The query, as text."""
        return translate(plan, Scene(at, self._names), DIALECT)

    @classmethod
    def write(cls, folder: Path, plan: Plan, scene: Scene) -> str:
        """The query, as text."""
        del folder
        return translate(plan, scene, DIALECT)

    def members(self, query: str) -> pl.Series:
        """What the query answers, as one column."""
        (column,) = self._con.sql(query).to_arrow_table().columns
        return pl.Series(column)


def _connected(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(
        str(folder / "peer.duckdb"), config={"memory_limit": MEMORY_LIMIT}
    )
    con.execute(SESSION)
    return con
